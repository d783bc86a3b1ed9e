"""What the latent map computes in the browser, against numpy: planes, densities, holes, the picture between two frames."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from node import run_js
from test_latent_map_js import LOGIC, make_recording, round_to_half

from ui.charts.density import density, kernels
from ui.components.latent_map.payload import pack_payload
from vae_core import wire
from vae_core.build import build
from vae_core.export import export
from vae_core.recipes import Recipe


def test_components_equal_numpy_and_a_plane_moves_only_within_itself():
    random = np.random.default_rng(1)
    codes = (random.normal(size=(300, 6)) * [3, 1, 2, 0.5, 0.1, 1e-3]) @ np.linalg.qr(random.normal(size=(6, 6)))[0] + 4
    codes, sigma = codes.astype(np.float32), random.uniform(0.1, 0.5, (300, 6)).astype(np.float32)
    answer = run_js(
        ("dom", "moment", "pca", "plane"),
        """const found = principal(Float32Array.from(codes), 300, 6);
        const plane = Plane.ofComponents(found);
        const z = Float32Array.from([1, 2, 3, 4, 5, 6]);
        plane.move(z, [0.5, -0.25]);
        const back = Plane.ofComponents({ ...found, axes: found.axes.map((axis) => axis.map((value) => -value)) }).facing(plane);
        const half = Plane.between(plane, Plane.ofDims([2, 4], 6), 0.5);
        return { axes: found.axes.map((axis) => [...axis]), shares: found.shares, names: plane.names, z: [...z], place: plane.point(z),
                 same: back.key === plane.key, gram: half.axes.map((a) => half.axes.map((b) => dot(a, b))),
                 points: [...plane.project(Float32Array.from(codes), 300)], spread: [...plane.spread(Float32Array.from(sigma), 300)],
                 ellipse: ellipseOf(2.5, 2.5, 1.5) };""",
        codes=codes.ravel().tolist(),
        sigma=sigma.ravel().tolist(),
    )
    values, vectors = np.linalg.eigh(np.cov(codes.T, bias=True))
    axes = np.array(answer["axes"])
    np.testing.assert_allclose(answer["shares"], values[::-1][:2] / values.sum(), rtol=1e-5)
    np.testing.assert_allclose(np.abs(np.sum(axes * vectors.T[::-1][:2], axis=1)), 1, rtol=1e-5)
    assert answer["names"] == [f"PC₁ · {100 * values[-1] / values.sum():.0f} %", f"PC₂ · {100 * values[-2] / values.sum():.0f} %"]
    assert answer["same"]  # the sense of direction is kept
    np.testing.assert_allclose(answer["gram"], np.eye(2), atol=1e-9)
    np.testing.assert_allclose(answer["place"], [0.5, -0.25], atol=1e-5)
    moved = np.array(answer["z"]) - [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(moved - axes.T @ (axes @ moved), 0, atol=1e-5)
    np.testing.assert_allclose(np.reshape(answer["points"], (300, 2)), codes @ axes.T, atol=1e-4)
    spreads = np.einsum("ad,nd,bd->nab", axes, sigma**2, axes)
    np.testing.assert_allclose(np.reshape(answer["spread"], (300, 3)), spreads[:, [0, 1, 0], [0, 1, 1]], atol=1e-6)
    np.testing.assert_allclose(answer["ellipse"], [2, 1, np.pi / 4])


def test_components_turn_without_a_flip_though_the_newest_frame_was_drawn_before_those_that_lead_to_it():
    stretched = np.random.default_rng(6).normal(size=(200, 3)) * [3, 1, 0.1]
    turns = [np.radians(24 * index) for index in range(10)]  # the last frame's axes point the other way than those of the first
    frames = [stretched @ [[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]] for turn in turns]
    answer = run_js(
        ("dom", "moment", "pca", "plane", "axes"),
        """globalThis.document = { createElement: () => ({ append() {}, setAttribute() {} }) };
        const axes = new Axes(3, () => {}), open = (codes) => ({ mu: codes, count: 200, dims: 3 });
        axes.toggle();
        const planes = [axes.at({ frame: frames.at(-1), next: null, part: 0 }, open)];
        for (let i = 0; i < frames.length; i++) {
          planes.push(axes.at({ frame: frames[i], next: null, part: 0 }, open));
          if (frames[i + 1]) planes.push(axes.at({ frame: frames[i], next: frames[i + 1], part: 0.5 }, open));
        }
        for (let i = frames.length - 1; i >= 0; i--) planes.push(axes.at({ frame: frames[i], next: null, part: 0 }, open));
        return planes.map(({ axes }) => axes.map((axis) => [...axis]));""",
        frames=[frame.ravel().tolist() for frame in frames],
    )
    steps = np.einsum("tsd,tsd->ts", answer[:-1], answer[1:])
    assert (steps[0] > 0).all()  # a leap to the first frame
    np.testing.assert_array_less(np.cos(np.radians(25)), steps[1:])


def test_the_part_that_a_map_shows_turns_with_its_components():
    codes = np.random.default_rng(7).exponential(size=(200, 3)) * [3, 1, 0.1] - 1
    answer = run_js(
        ("dom", "moment", "pca", "plane", "box", "axes", "column"),
        """globalThis.document = { createElement: () => ({ append() {}, setAttribute() {} }) };
        const axes = new Axes(3, () => {}), newest = { mu: codes, count: 200, dims: 3 };
        const recording = { newest, open: (frame) => frame };
        const column = Object.assign(Object.create(Column.prototype), { axes, recording, run: { latent_dim: 3 } });
        axes.toggle();
        const before = column.wantedBox();
        axes.plane = new Plane(axes.of(newest).axes.map((axis) => axis.map((value) => -value)), ["", ""]);
        return [before, column.wantedBox()];""",
        codes=codes.ravel().tolist(),
    )
    before, after = answer
    assert before["x1"] + before["x0"] != pytest.approx(0, abs=1)
    assert [after["x0"], after["x1"]] == pytest.approx([-before["x1"], -before["x0"]])
    assert [after["y0"], after["y1"]] == pytest.approx([-before["y1"], -before["y0"]])


def test_points_are_smoothed_alike_in_the_instrument_and_in_charts():
    points = np.random.default_rng(4).normal(size=(60, 2)) * [3, 0.5] + [5, -1]
    grid = np.linspace(-4, 12, 201), np.linspace(-3, 1, 201)
    answer = run_js(
        ("density",),
        """const mixture = Mixture.smoothed(Float32Array.from(points), null, false);
        return { spread: [...mixture.spread], at: grid[1].map((y) => grid[0].map((x) => mixture.at(x, y))) };""",
        points=points.ravel().tolist(),
        grid=[side[::40].tolist() for side in grid],
    )
    np.testing.assert_allclose(np.reshape(answer["spread"], (60, 3)), kernels(points)[:, [0, 1, 0], [0, 1, 1]], rtol=1e-5)
    drawn = density(points, None, *grid)[::40, ::40]
    np.testing.assert_allclose(drawn, answer["at"], atol=0.02 * np.max(answer["at"]))


@pytest.mark.parametrize("turned", [False, True])
def test_density_equals_a_mixture_in_numpy(turned):
    random = np.random.default_rng(2)
    points, sigma = random.normal(size=(50, 2)).astype(np.float32), random.uniform(0.02, 0.6, (50, 2)).astype(np.float32)
    if turned:
        sigma = sigma + 0.2
    covariances = 0.7 * sigma.prod(1) if turned else np.zeros(50)
    answer = run_js(
        ("density",),
        """const grid = new Grid(new Mixture(Float32Array.from(points),
          Float32Array.from(spread), false), { x0: -5, x1: 5, y0: -4, y1: 4 }, 40);
        while (grid.busy) grid.advance(0);
        return { values: [...grid.values], at: grid.mixture.at(0.3, -0.2), without: grid.mixture.at(0.3, -0.2, 0) };""",
        points=points.ravel().tolist(),
        spread=np.column_stack([sigma**2, covariances]).ravel().tolist(),
    )
    values = np.reshape(answer["values"], (40, 40))[::-1]
    assert values.sum() * 10 / 40 * 8 / 40 == pytest.approx(1, abs=2e-3)

    def density(place):  # (..., 2) → (n, ...)
        inverse = np.linalg.inv([[[a * a, c], [c, b * b]] for (a, b), c in zip(sigma, covariances, strict=True)])
        away = place - points.reshape(-1, *[1] * (place.ndim - 1), 2)
        return (
            np.exp(-0.5 * np.einsum("n...i,nij,n...j->n...", away, inverse, away))
            * np.sqrt(np.linalg.det(inverse).reshape(-1, *[1] * (place.ndim - 1)))
            / (2 * np.pi)
        )

    fine = np.stack(np.meshgrid(np.linspace(-5, 5, 40 * 16, False) + 5 / 640, np.linspace(-4, 4, 40 * 16, False) + 4 / 640), -1)
    means = density(fine).mean(0).reshape(40, 16, 40, 16).mean((1, 3))
    np.testing.assert_allclose(values, means, atol=0.02 * means.max())
    one = density(np.array([0.3, -0.2]))
    np.testing.assert_allclose([answer["at"], answer["without"]], [one.mean(), one[1:].mean()], rtol=1e-4)


HOLES = """const holes = new Holes();
    const mixture = Mixture.smoothed(Float32Array.from(points), spread && Float32Array.from(spread), flat);
    holes.want("a", () => ({ mixture, places: Float32Array.from(places) }));
    while (holes.busy) holes.advance(performance.now() + 5);
    return [holes.share, holes.at([0, 0]), holes.at([1.2, 0]), holes.at([9, 9])];"""


def holes(points, spread=None, places=None, flat=False):
    values = {"points": points, "spread": spread, "places": points if places is None else places}
    given = {name: None if value is None else np.ravel(value).tolist() for name, value in values.items()}
    return run_js(("density", "holes"), HOLES, **given, flat=flat)


def test_holes_are_the_prior_mass_without_codes():
    random = np.random.default_rng(3)
    filled = random.normal(size=(2000, 2))
    share, *_ = holes(filled)
    assert share == pytest.approx(0.02, abs=0.015)
    assert holes(filled, flat=True)[0] == pytest.approx(0.02, abs=0.015)

    ring = filled[np.linalg.norm(filled, axis=1) > 1]  # the middle is empty: 1 − exp(−½) of the prior's mass lies there
    share, middle, ring_itself, outside = holes(ring)
    assert 0.15 < share < 0.42
    assert (middle, ring_itself, outside) == (True, False, False)

    collapsed = np.zeros((500, 2)) + 1e-4 * random.normal(size=(500, 2))  # every posterior is the prior: nothing is told, nothing is empty
    assert holes(collapsed, np.tile([1.0, 1.0, 0.0], (500, 1)), random.normal(size=(500, 2)))[0] == pytest.approx(0.02, abs=0.015)
    assert holes(0.2 * filled)[0] > 0.8


def test_between_frames_codes_are_mixed_and_gaps_are_not_bridged(tmp_path):
    recording = make_recording(tmp_path / "r", [0, 10, 30, 60])
    frames = [recording.frame(index) for index in range(4)]
    answer = run_js(
        (*LOGIC[:2], "noise", "moment", *LOGIC[2:]),
        """const recording = new Recording("r");
        new PayloadFeed(recording).read(unpack(payload));
        const moment = new Moment(recording);
        const shot = (step) => [moment.seek(step), moment.frame.index, moment.part, [...moment.mu], [...moment.reconstructions]];
        const shots = [10, 20, 20, 1000].map(shot);
        recording.frames.splice(1, 1);
        return { shots, gap: shot(5), nearest: moment.nearest(Float32Array.from(moment.code(7))),
                 drawn: [...drawCodes(moment.mu, moment.sigma)].length, same: fixedNoise(80)[5] === fixedNoise(80)[5],
                 noise: [...fixedNoise(4000)] };""",
        payload=pack_payload([SimpleNamespace(id="r", recording=recording)]),
    )
    (moved, index, part, mu, _), (_, middle, half, mixed, images), (again, *_), (_, last, *_) = answer["shots"]
    assert (moved, index, part, middle, half, again, last) == (True, 1, 0, 1, 0.5, False, 3)
    np.testing.assert_array_equal(np.reshape(mu, (40, 2)), frames[1].mu.astype(np.float32))
    np.testing.assert_allclose(np.reshape(mixed, (40, 2)), (frames[1].mu.astype(float) + frames[2].mu) / 2, atol=1e-6)
    np.testing.assert_allclose(images, (frames[1].reconstructions.astype(float) + frames[2].reconstructions).ravel() / 2)
    assert answer["gap"][1:3] == [0, 0]
    assert answer["nearest"] == 7
    assert answer["same"]
    assert abs(np.mean(answer["noise"])) < 0.06
    assert np.std(answer["noise"]) == pytest.approx(1, abs=0.04)


def test_a_frame_that_comes_while_a_run_trains_is_there_at_once():
    answer = run_js(
        LOGIC,
        """const redraws = (active) => {
          const player = new Player(), recordings = [{ frames: [0, 10, 30].map((step) => ({ step })), active }];
          player.sync(recordings); player.approach(0, false);
          recordings[0].frames = [...recordings[0].frames, { step: 60 }];
          player.sync(recordings);
          let count = 1;
          for (let now = 1000; player.approach(now, false); now += 60) count += 1;
          return [count, player.shown];
        };
        return [redraws(true), redraws(false)];""",
    )
    (live, shown), (later, _) = answer
    assert live == 1
    assert shown == 60
    assert later > live  # where nobody waits for what comes next, it glides on


def test_playback_glides_evenly_and_not_at_all_where_calm_is_wanted():
    answer = run_js(
        LOGIC,
        """const recordings = [{ frames: [0, 10, 30, 60].map((step) => ({ step })), active: false }];
        const play = (calm) => {
          const player = new Player(), seen = [];
          player.sync(recordings); player.approach(0, calm);
          const opened = player.shown;
          player.seek(0); player.approach(0, true); player.toggle(0);
          for (let now = 0; now < 800; now += 16) { player.tick(now); player.sync(recordings);
            player.approach(now, calm); seen.push(player.shown); }
          return { opened, seen };
        };
        const player = new Player(); player.sync(recordings); player.seek(0);
        return { moving: play(false), calm: play(true),
                 round: [0, 5, 30, 45, 60].map((step) => player.stepAt(player.positionOf(step))) };""",
    )
    assert answer["moving"]["opened"] == 60
    assert answer["round"] == [0, 5, 30, 45, 60]
    seen = np.array(answer["moving"]["seen"])
    assert (np.diff(seen) >= 0).all()
    assert len(set(seen)) > 25
    assert seen[-1] == 60
    assert set(answer["calm"]["seen"]) == {10, 30, 60}


def test_a_mixed_network_is_the_network_of_the_mixed_weights():
    recipe = Recipe(hidden=(20,), latent_dim=3)
    models = [build(dataclasses.replace(recipe, seed=seed), (7, 9)) for seed in range(3)]
    for model in models:
        round_to_half(model)
    blobs = []
    for step, model in ((100, models[0]), (200, models[1])):
        meta, arrays = export(model, recipe, (7, 9))
        blobs.append(wire.pack({**meta, "index": 0, "step": step}, arrays))
    with torch.no_grad():
        for mixed, a, b in zip(*(model.parameters() for model in (models[2], models[0], models[1])), strict=True):
            mixed.copy_(a + 0.25 * (b - a))
        x, z = torch.rand(1, 63), torch.randn(1, 3)
        image, mu = models[2].image(z), models[2].encode(x).mean
    answer = run_js(
        ("wire", "network", "noise", "moment", "blend"),
        """const [a, b] = [networkFrom(first), networkFrom(second)];
        const blend = new NetworkBlend();
        const early = blend.at(150, a, b).serial, mixed = blend.at(125, a, b);
        return { image: [...mixed.decode(Float32Array.from(z))], mu: [...mixed.encode(Float32Array.from(x)).mu],
                 changed: early !== mixed.serial,
                 same: blend.at(125, a, b).serial === mixed.serial,
                 ends: [blend.at(100, a, b) === a, blend.at(300, a, b) === b, blend.at(150, a, null) === a] };""",
        first=blobs[0],
        second=blobs[1],
        x=x[0].tolist(),
        z=z[0].tolist(),
    )
    np.testing.assert_allclose(answer["image"], image[0].numpy(), atol=1e-3)
    np.testing.assert_allclose(answer["mu"], mu[0].numpy(), atol=1e-3)
    assert answer["changed"]
    assert answer["same"]
    assert answer["ends"] == [True, True, True]
