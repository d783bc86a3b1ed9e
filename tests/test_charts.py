"""Figures hold the numbers they should."""

import dataclasses

import numpy as np
import pytest
from reading import frames_of

from ui import charts, images, network, palette
from ui.charts.crowds import longest_axis
from ui.charts.latent import ellipse_outline
from ui.charts.whiskers import whiskers
from ui.history import History
from vae_core import wire
from vae_core.active import active_units
from vae_core.figures import Spread
from vae_core.recipes import AE, VAE
from vae_core.recording import Recording


@pytest.fixture
def vae(recordings):
    return Recording(recordings["pretrained"] / "digits-vae")


@pytest.fixture
def ae(recordings):
    return Recording(recordings["pretrained"] / "digits-ae")


def codes_of(recording):
    frame = recording.frame(-1)
    return charts.Codes.of(frame, recording.probe, charts.plane_of(frame.mu))


def traces(figure, mode):
    return [trace for trace in figure.data if getattr(trace, "mode", None) == mode]


def test_every_point_stands_once_under_its_class_colour(vae):
    codes = codes_of(vae)
    figure = charts.latent_scatter(codes, charts.extents([codes.points]))
    points = traces(figure, "markers")
    assert sorted(np.concatenate([trace.customdata for trace in points])) == list(range(40))
    for trace in points:
        assert all(codes.labels[trace.customdata] == int(trace.name))
        assert trace.marker.color == palette.CLASSES[int(trace.name)]
        np.testing.assert_allclose(trace.x, codes.points[trace.customdata, 0])


def test_layers_come_and_go(vae, ae):
    codes = codes_of(vae)
    extent = charts.extents([codes.points])
    assert len(traces(charts.latent_scatter(codes, extent), "lines")) == 11  # ten classes of ellipses, and the rings
    assert len(traces(charts.latent_scatter(codes, extent, ellipses=False, rings=False), "lines")) == 0
    assert len(traces(charts.latent_scatter(codes_of(ae), extent), "lines")) == 1  # an AE has no clouds
    assert any(trace.type == "contour" for trace in charts.latent_scatter(codes, extent, contours=True).data)
    plain, marked = (charts.latent_scatter(codes, extent, selected=chosen) for chosen in ([], [3, 900]))
    assert len(marked.data) == len(plain.data) + 1
    np.testing.assert_allclose([marked.data[-1].x[0], marked.data[-1].y[0]], codes.points[3])


def test_an_ellipse_is_one_sigma_at_true_scale():
    outline = ellipse_outline(np.array([[1.0, 2.0]]), np.array([[[0.25, 0.0], [0.0, 4.0]]]))[:-1]
    np.testing.assert_allclose(np.abs(outline - [1, 2]).max(0), [0.5, 2.0], rtol=1e-6)
    np.testing.assert_allclose((((outline - [1, 2]) / [0.5, 2.0]) ** 2).sum(1), 1)


def test_the_pca_plane_keeps_the_origin_and_names_its_share(recordings):
    random = np.random.default_rng(0)
    codes = random.normal(5, 1, (500, 8)) * [9, 0.1, 0.1, 4, 0.1, 0.1, 0.1, 0.1]
    plane = charts.plane_of(codes)
    np.testing.assert_allclose(plane.axes.T @ plane.axes, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(plane.project(np.zeros((1, 8))), 0)
    kept = plane.project(codes).var(0).sum() / codes.var(0).sum()
    assert plane.share == pytest.approx(kept)
    assert plane.note == f"PCA plane of 8 dimensions, {kept:.0%} of variance"
    np.testing.assert_allclose(plane.covariances(np.ones((1, 8)))[0], np.eye(2), atol=1e-9)
    assert not charts.plane_of(codes[:, :2]).note


def test_one_dimension_is_a_strip(recordings):
    recording = Recording(recordings["runs"] / recordings["flat"])
    codes = codes_of(recording)
    assert codes.plane.flat
    np.testing.assert_allclose(codes.points[:, 0], recording.frame(-1).mu[:, 0])
    figure = charts.latent_scatter(codes, charts.extents([codes.points]))
    assert figure.layout.yaxis.visible is False


def test_the_extent_is_a_square_that_holds_the_points_and_the_prior():
    points = np.random.default_rng(0).normal([10, 0], [3, 1], (400, 2))
    x, y = charts.extents([points, np.full((1, 2), np.nan)])
    assert x[1] - x[0] == pytest.approx(y[1] - y[0])
    assert x[0] < -3
    assert y[0] < -3
    assert y[1] > 3
    assert np.mean((points > [x[0], y[0]]) & (points < [x[1], y[1]])) > 0.99
    assert charts.extents([])[0] == [-3.2, 3.2]


def test_the_density_integrates_to_one_and_peaks_at_the_codes():
    grid = np.linspace(-8, 8, 161)
    points = np.array([[-2.0, 0.0], [3.0, 1.0]])
    for centres, covariances in ((points, np.stack([0.5 * np.eye(2)] * 2)), (np.tile(points, (20, 1)), None)):
        assert charts.density(centres, covariances, grid, grid).sum() * 0.1**2 == pytest.approx(1, abs=0.03)
    z = charts.density(points, np.stack([0.1 * np.eye(2)] * 2), grid, grid)
    row, column = np.unravel_index(z.argmax(), z.shape)
    assert min(np.hypot(*(points - [grid[column], grid[row]]).T)) < 0.1


def test_each_ring_says_how_many_sigmas_it_is(vae):
    codes = codes_of(vae)

    def told(half, **options):
        figure = charts.latent_scatter(codes, ([-half, half], [-half, half]), ellipses=False, **options)
        notes = [(note, note.text.removeprefix("<b>").removesuffix("</b>")) for note in figure.layout.annotations]
        return {text: round(np.hypot(note.x, note.y), 6) for note, text in notes if text.endswith("σ")}, traces(figure, "lines")

    names, (rings,) = told(4)
    assert names == {"1σ": 1, "2σ": 2}
    np.testing.assert_allclose(np.unique(np.hypot(rings.x, rings.y).round(3)[np.isfinite(rings.x)]), [1, 2])
    assert told(1000)[0] == {}  # the rings are a dot
    assert told(4, rings=False)[0] == {}


def test_a_prior_of_its_own_takes_the_rings_place(vae):
    codes = codes_of(vae)
    extent = charts.extents([codes.points])
    draws = np.random.default_rng(0).normal(2, 0.1, (300, 2))
    with_rings, with_prior, neither = (
        charts.latent_scatter(codes, extent, ellipses=False, prior=prior, rings=rings)
        for prior, rings in ((None, True), (draws, True), (draws, False))
    )
    assert [trace.type for trace in with_rings.data if trace.type == "contour" or trace.mode == "lines"] == ["scattergl"]
    (contour,) = [trace for trace in with_prior.data if trace.type == "contour" or trace.mode == "lines"]
    row, column = np.unravel_index(np.argmax(contour.z), contour.z.shape)
    assert abs(contour.x[column] - 2) < 0.2
    assert abs(contour.y[row] - 2) < 0.2
    assert not [trace for trace in neither.data if trace.type == "contour" or trace.mode == "lines"]


def both(vae, ae):
    made = ((vae, "VAE", palette.VAE, True), (ae, "AE", palette.AE, False))
    return [charts.Line(title, color, History.of(frames_of(one)), rated) for one, title, color, rated in made]


def test_loss_curves_show_train_and_test_and_no_rate_for_a_point(vae, ae):
    lines = both(vae, ae)
    figure = charts.loss_curves(lines, "distortion", by="step", log_x=True)
    assert [trace.name for trace in figure.data] == ["VAE, train", "VAE, test", "AE, train", "AE, test"]
    np.testing.assert_allclose(figure.data[1].y, [31, 30, 29, 28])
    np.testing.assert_allclose(figure.data[1].x, [0, 10, 20, 30])
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "linear")
    assert [trace.name for trace in charts.loss_curves(lines, "rate").data] == ["VAE, train", "VAE, test"]
    assert "no KL" in charts.loss_curves(lines[1:], "rate").layout.annotations[0].text


def test_the_path_ends_in_a_dot_on_its_own_diagonal(vae, ae):
    lines = both(vae, ae)
    path, diagonal, level = charts.rate_distortion(lines).data
    assert path.marker.size[-1] > path.marker.size[0]
    np.testing.assert_allclose(np.array(diagonal.x) + diagonal.y, path.x[-1] + path.y[-1])
    assert set(level.y) == {28.0}


def test_losses_below_zero_have_a_minus_sign(vae, ae):
    histories = [History.of(frames_of(recording)) for recording in (vae, ae)]
    for history in histories:
        history.test["distortion"] -= 100
    figure = charts.rate_distortion(
        [charts.Line("VAE", palette.VAE, histories[0], True), charts.Line("AE", palette.AE, histories[1], False)]
    )
    assert [trace.name for trace in figure.data[1:]] == ["same −ELBO as VAE: −67.0", "AE: −72.0, no rate"]


def test_inactive_dimensions_are_told_apart():
    figure = charts.kl_per_dimension(np.array([1.5, 0.001, 0.7]), np.array([0.9, 0.001, 0.02]))
    active, idle = figure.data
    assert (list(active.x), list(idle.x)) == (["z₁", "z₃"], ["z₂"])
    assert active.marker.color != idle.marker.color
    assert active_units(np.array([0.01, 0.0101])).tolist() == [False, True]


def test_dimensions_are_told_apart_by_what_is_paid_for_them():
    figure = charts.kl_paid(np.array([1.5, 0.1, 0.11]), np.array([0.9, 0.5, 0.001]), 0.1, names=("used", "not used"))
    used, idle = figure.data
    assert (used.name, list(used.x), list(used.y)) == ("used", ["z₁", "z₃"], [1.5, 0.11])
    assert (idle.name, list(idle.x), list(idle.y)) == ("not used", ["z₂"], [0.1])
    assert used.marker.color != idle.marker.color


def test_a_history_has_gaps_where_nothing_was_measured(vae):
    frames = [dataclasses.replace(frame, test={**frame.test, "rate": None}) for frame in frames_of(vae)[:2]]
    assert np.isnan(History.of(frames).test["rate"]).all()
    assert len(History.of([])) == 0
    assert History.of(frames).latest("rate") is None
    charts.loss_curves([charts.Line("none", palette.VAE, History.of([]), True)], "loss")
    charts.rate_distortion([charts.Line("none", palette.VAE, History.of([]), True), charts.Line("none", palette.AE, History.of([]), False)])


def test_the_decoder_runs_without_torch(vae):
    codes = np.array([[0.5, -1.0], [2.0, 0.0]])
    _, arrays = wire.unpack(vae.weights_bytes(3))
    expected = 255 / (1 + np.exp(-codes @ arrays["decoder.w"].astype(float).T))
    assert np.abs(network.decode(vae, codes) - expected).max() <= 0.6
    (vae.path / "weights" / "00003.bin").unlink()
    with pytest.raises(ValueError, match="no weights"):
        network.decode(vae, codes)


def test_a_sheet_keeps_every_pixel_sharp():
    flat = np.arange(3 * 4, dtype=np.uint8).reshape(3, 4) * 20
    sheet = images.sheet(flat, (2, 2), columns=2, size=8, gap=1)
    assert sheet.shape == (17, 17, 4)
    assert (sheet[:4, :4, 0] == 0).all()
    assert (sheet[4:8, 13:17, 0] == 140).all()
    assert sheet[9:, 9:, 3].max() == 0  # no fourth image
    lit = images.sheet(flat, (2, 2), columns=2, size=8, gap=1, lit=1)
    assert (lit[:8, 9:, 3] == 255).all()
    assert (lit[:8, :8, 3] == images.DIM).all()


def test_colours_keep_pairs_alike_and_runs_apart():
    assert palette.run_colors(["dirac", "gaussian"]) == [palette.AE, palette.VAE]
    assert len(set(palette.run_colors(["gaussian"] * 4))) == 4
    assert len(set(palette.CLASSES)) == 10


def every_flat_chart(vae):
    codes, line = codes_of(vae), charts.Line("VAE", palette.VAE, History.of(frames_of(vae)), True)
    seeds, numbers, points = [Spread((1.0, 2.0)), Spread((3.0, 4.0))], np.array([1.0, 2.0]), codes.points
    series = [charts.Series("VAE", palette.VAE, seeds)]
    axes = {"x_title": "x", "y_title": "y"}
    words, shares = points[None, :4], np.full((1, 4), 0.25)
    return {
        "above_price": charts.above_price(numbers, 1.5, titles=("a", "b", "c")),
        "codebook": charts.codebook(words, shares, moment=0, used="used"),
        "crowds": charts.crowds([points], ["one"]),
        "densities": charts.densities(numbers, [("one", palette.MU, numbers)], **axes),
        "field": charts.field(np.ones((3, 4)), np.array([[-1, -1], [1, 1]]), [(points, "#ffffff")], title="t"),
        "flat_map": charts.flat_map(points, ["town"] * len(points), np.ones((3, 5)), top=2, titles=("a", "b", "c")),
        "grouped": charts.grouped(["one", "two"], series, y_title="y"),
        "histograms": charts.histograms([("one", palette.MU, numbers)], **axes),
        "kl_paid": charts.kl_paid(numbers, numbers, 1.5, names=("used", "not used")),
        "kl_per_dimension": charts.kl_per_dimension(numbers, numbers),
        "latent_scatter": charts.latent_scatter(codes, charts.extents([points])),
        "loss_curves": charts.loss_curves([line], "loss"),
        "one_cloud": charts.one_cloud(points, points[0], numbers, None),
        "rate_distortion": charts.rate_distortion([line]),
        "repeats": charts.repeats(points, points, color=palette.MU),
        "rungs": charts.rungs(["one", "two"], seeds, color=palette.MU, x_title="x"),
        "stacked": charts.stacked(["one", "two"], [("part", palette.MU, numbers)], **axes),
        "sweep": charts.sweep([1, 2], series, **axes),
        "walked": charts.walked(charts.field(np.ones((3, 4)), np.array([[-1, -1], [1, 1]]), [], title="t"), points, 0),
        "usage": charts.usage(numbers, numbers, 4, moment=1, titles=("a", "b")),
        "world": charts.world(points, ["town"] * len(points), codes.labels, codes.classes),
    }


def test_a_swipe_over_any_flat_chart_is_left_to_the_page(vae):
    found = every_flat_chart(vae)
    assert set(found) == {name for name in charts.__all__ if name[0].islower()} - {"density", "extents", "globe", "plane_of"}
    assert {name for name, figure in found.items() if figure.layout.dragmode is not False} == set()


def test_whiskers_stand_only_where_all_have_several_seeds():
    assert whiskers([Spread((1.0, 3.0)), Spread((2.0, 2.0))]) == pytest.approx([np.sqrt(2), 0])
    assert whiskers([Spread((1.0, 3.0)), Spread((2.0,))]) == [0, 0]


def test_recipes_of_the_fixture_are_what_they_claim(vae, ae):
    assert (ae.recipe, vae.recipe) == (AE, VAE)


def test_clouds_of_any_form_have_the_vae_s_colours_and_no_two_runs_share_one():
    colors = palette.run_colors(["dirac", "gaussian", "flow", "dirac"])
    assert colors[:2] == [palette.AE, palette.VAE]
    assert len(set(colors)) == 4


def test_the_longest_axis_of_a_crowd_lies_where_it_spreads_most():
    random = np.random.default_rng(0)
    codes = random.normal(0, [3.0, 0.5], (4000, 2)) @ np.array([[0, 1], [-1, 0]]) + [1, 2]  # turned by a quarter: long from bottom to top
    low, high = sorted(longest_axis(codes), key=lambda end: end[1])
    np.testing.assert_allclose(low, [1, 2 - 6], atol=0.4)
    np.testing.assert_allclose(high, [1, 2 + 6], atol=0.4)
    figure = charts.crowds([codes, codes + 1], ["one", "other"])
    assert [trace.name for trace in figure.data if trace.name] == ["one", "other"]


def test_a_field_lies_where_its_box_says_and_the_ring_on_the_way():
    values, box = np.arange(12.0).reshape(3, 4), np.array([[-1.0, -2.0], [2.0, 2.0]])
    way = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    figure = charts.walked(charts.field(values, box, [(way, "#ffffff")], title="heat"), way, 1)
    heat, dots, path, ring = figure.data
    np.testing.assert_allclose([heat.x[0], heat.x[-1], heat.y[0], heat.y[-1]], [-1, 2, -2, 2])
    assert heat.z.shape == (3, 4)
    assert len(dots.x) == len(path.x) == 3
    assert (ring.x[0], ring.y[0]) == (1, 1)


def test_the_globe_is_a_closed_ball_of_two_triangles_for_each_four_places():
    latitude, longitude = np.meshgrid(np.radians([-90, -30, 30, 90]), np.radians([-180, -60, 60, 180]), indexing="ij")
    grid = np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], -1)
    away = np.arange(16.0).reshape(4, 4)
    places = charts.Rebuilt(grid[1, :2], grid[2, :2], np.array([5.0, 7.0]), ["Here", "There"])
    ball = charts.globe(places, grid, away, top=20, eye=grid[1, 1]).data[0]
    corners = np.column_stack([ball.i, ball.j, ball.k])
    assert corners.shape == (18, 3)
    assert set(corners.ravel()) == set(range(16))
    assert list(ball.intensity) == list(away.ravel())
    assert ball.text[-1] == "15 km off"
