"""Points on globes: the same place in the browser's drawing, in Python's, and in geometry; and the flat map of the page Data."""

import numpy as np
import pytest
from node import run_js

from ui import globe, network, sheets
from vae_core import cities, wire
from vae_core.cities import unit_vectors

PARTS = ("wire", "dom", "globe")
PLACES = np.array([[20, 15], [0, 15], [20, 195], [-20, -165], [70, 15], [51.5, -0.1]], float)  # latitude, longitude


def test_the_middle_of_the_view_is_in_front_and_its_antipode_behind():
    right, up, near = globe.turned(unit_vectors(PLACES)).T
    assert (right[0], up[0], near[0]) == pytest.approx((0, 0, 1), abs=1e-6)
    assert near[3] == pytest.approx(-1, abs=1e-6)
    assert up[4] == pytest.approx(np.sin(np.radians(50)), abs=1e-6)
    assert up[1] < 0 < up[4]
    assert right[5] < 0  # London lies to the left


def test_browser_and_python_turn_points_alike():
    points = np.random.default_rng(0).normal(size=(20, 3))
    there = run_js(PARTS, "const TURN = 2 * Math.PI; return points.map(turned);", points=points.tolist())
    np.testing.assert_allclose(there, globe.turned(points), atol=1e-12)


def centre(pixels, level):
    rows, columns = np.nonzero(np.reshape(pixels, (globe.SIDE, globe.SIDE)) >= level)
    return columns.mean() + 0.5, rows.mean() + 0.5


def test_both_draw_a_place_on_this_side_as_a_disc_where_it_is():
    points = unit_vectors(PLACES[[0, 4, 5]])
    there = run_js(PARTS, "return points.map((point) => [...globePixels(point)]);", points=points.tolist())
    for pixels, ours, (right, up, _) in zip(there, globe.pictures(points), globe.turned(points), strict=True):
        wanted = np.array([globe.SIDE / 2 * (1 + globe.FILL * right), globe.SIDE / 2 * (1 - globe.FILL * up)])
        assert centre(pixels, 200) == pytest.approx(wanted, abs=0.6)
        assert centre(ours, 200) == pytest.approx(wanted, abs=0.6)


def test_a_place_on_the_far_side_is_no_bright_disc():
    behind = unit_vectors(PLACES[[3]])
    (there,) = run_js(PARTS, "return points.map((point) => [...globePixels(point)]);", points=behind.tolist())
    for pixels in (there, globe.pictures(behind)[0]):
        assert max(pixels) < 200
        assert max(pixels) > 120


def test_a_place_is_told_by_its_nearest_city_distance_and_height():
    names = ["Paris, France", "Tokyo, Japan"]
    probe = {"images": unit_vectors(np.array([[48.9, 2.4], [35.7, 139.7]])).ravel().tolist(), "count": 2, "names": names}
    london = unit_vectors(np.array([[51.5, -0.1]]))[0]
    body = "return points.map((point) => placeText(probe, point));"
    on, below, centre = run_js(PARTS, body, probe=probe, points=[london.tolist(), (0.5 * london).tolist(), [0, 0, 0]])
    kilometres = int(on.split(" km")[0])
    assert abs(kilometres - 340) < 10
    assert on.endswith("from Paris, France")
    assert below.endswith("from Paris, France, 50 % below the surface")
    assert centre == "at the globe's centre"


def test_coordinates_are_decoded_as_they_are():
    class Recorded:
        key_frames = (0,)

        def weights_bytes(self, index):
            layer = {"op": "linear", "weight": "w", "bias": "b", "act": "none"}
            meta = {"decoder": [layer], "likelihood": "gaussian", "span": [-1.0, 1.0], "latent_dim": 2, "shape": [1, 3]}
            return wire.pack(meta, {"w": np.eye(3, 2, dtype=np.float16), "b": np.array([0, 0, -0.5], np.float32)})

    codes = np.array([[-0.75, 1.25]], np.float32)
    np.testing.assert_allclose(network.decode(Recorded(), codes), [[-0.75, 1.25, -0.5]])


def test_the_flat_map_has_every_city_where_it_lies():
    figure = sheets.world()
    loaded = cities.load(None, print)
    assert sum(len(trace.x) for trace in figure.data) == sum(len(part.x) for part in (loaded.train, loaded.validation, loaded.test))
    places = {text: (x, y) for trace in figure.data for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)}
    assert places["London, United Kingdom"] == pytest.approx((-0.1, 51.5), abs=0.1)
