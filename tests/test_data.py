"""Data sets: shapes, ranges, splits, downloads that break, and the known factors."""

import dataclasses
import gzip
import hashlib
import http.server
import itertools
import shutil
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from jobs.settings import data_folder
from vae_core import cities, data, fetch, mnist, shapes
from vae_core.catalogue import CATALOGUE, entry
from vae_core.frame import Frame, Probe
from vae_core.metrics import measure
from vae_core.recipes import DATASETS, Recipe, RecipeError, suited
from vae_core.splits import NoData, part, silent, split
from vae_core.training import Training, train

OFFLINE = ("digits", "shapes", "cities")
REAL = data_folder()  # where MNIST lies, if somebody fetched it


@pytest.fixture(autouse=True)
def nothing_in_memory(monkeypatch):
    monkeypatch.setattr(data, "_in_memory", {})


def recipe_for(name):
    return Recipe.from_dict({"data": name} | suited(name))


def test_the_table_is_whole():
    assert tuple(CATALOGUE) == DATASETS
    for name, one in CATALOGUE.items():
        assert one.name == name
        assert one.text.endswith(".")
        assert bool(one.download) == (name in ("mnist", "fashion-mnist"))
        recipe_for(name).validate()
    assert [name for name, one in CATALOGUE.items() if not one.redistributable] == ["mnist", "fashion-mnist"]


@pytest.mark.parametrize("name", OFFLINE)
def test_a_loader_gives_three_parts_within_the_span(name, tmp_path):
    one = CATALOGUE[name]
    assert one.present(tmp_path)
    loaded = data.load(recipe_for(name), tmp_path)
    low, high = one.span
    for x, labels in (
        (loaded.train, loaded.train_labels),
        (loaded.validation, loaded.validation_part.labels),
        (loaded.test, loaded.test_labels),
    ):
        assert x.dtype == torch.float32
        assert low <= float(x.min()) <= float(x.max()) <= high
        assert labels.shape == (len(x),)
        assert int(labels.max()) < len(loaded.probe.classes)
    assert loaded.probe.points == (one.form == "points")
    assert loaded.pixels == np.prod(loaded.probe.shape)
    assert tuple(len(x) for x in (loaded.train, loaded.validation, loaded.test)) == one.parts
    assert loaded.probe.shape == one.shape
    assert torch.equal(loaded.probed, loaded.test[: len(loaded.probed)])
    assert torch.equal(loaded.learned, loaded.train[:500])
    assert len(loaded.train) == loaded.size == len(loaded.train_labels)
    images = one.load(tmp_path, silent)
    assert images.test.factors.shape == (len(loaded.test), len(images.factors))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_the_first_test_images_can_be_had_without_the_rest(name, tmp_path):
    assert np.array_equal(CATALOGUE[name].originals(tmp_path, 7), CATALOGUE[name].load(tmp_path, silent).test.x[:7])


@pytest.mark.parametrize("name", OFFLINE)
def test_parts_are_disjoint_and_the_same_each_time(name, tmp_path):
    first, again = (CATALOGUE[name].load(tmp_path, silent) for _ in range(2))
    parts = (first.train, first.validation, first.test)
    for one, other in zip(parts, (again.train, again.validation, again.test), strict=True):
        assert np.array_equal(one.x, other.x)
        assert np.array_equal(one.labels, other.labels)
    rows = [{row.tobytes() for row in one.x} for one in parts]
    for a, b in itertools.combinations(rows, 2):
        assert len(a & b) <= 1, "the digits hold one image twice"


def test_a_split_takes_everything_once():
    whole = part(np.arange(50, dtype=np.uint8)[:, None], np.arange(50), names=tuple(map(str, range(50))))
    parts = split(whole, validation=7, test=11)
    assert [len(one.x) for one in parts] == [32, 7, 11]
    assert sorted(np.concatenate([one.labels for one in parts])) == list(range(50))
    for one in parts:
        assert [int(name) for name in one.names] == one.labels.tolist() == one.x[:, 0].tolist()


def test_the_test_part_begins_with_one_of_each_class_and_loses_none():
    labels = np.array([3, 3, 1, 0, 3, 1, 0, 0, 3, 1] * 4)
    _, _, test = split(part(np.arange(40)[:, None], labels), 5, 20)
    assert list(test.labels[:3]) == [0, 1, 3]
    assert sorted(test.x[:, 0]) == sorted(np.random.default_rng(0).permutation(40)[:20])


@pytest.mark.parametrize(("name", "count"), [("digits", 10), ("shapes", 3)])
def test_what_pages_show_of_a_set_has_every_class(name, count, tmp_path):
    assert list(data.load(Recipe(data=name), tmp_path).probe.labels[:count]) == list(range(count))


def test_fewer_training_images_leave_validation_and_test_whole(tmp_path):
    few, all_ = (data.load(Recipe(data="shapes", train_size=size), tmp_path) for size in (10, 0))
    assert few.train.shape == (10, 784)
    assert torch.equal(few.train, all_.train[:10])
    assert torch.equal(few.test, all_.test)
    assert torch.equal(few.validation, all_.validation)


def test_another_subset_draws_other_training_images_and_leaves_the_rest(tmp_path):
    first, other, again = (data.load(Recipe(train_size=200, subset=subset), tmp_path) for subset in (0, 1, 1))
    everyone = data.load(Recipe(), tmp_path)
    labelled = {(tuple(image), int(label)) for image, label in zip(everyone.train.tolist(), everyone.train_labels, strict=True)}
    assert not torch.equal(other.train, first.train)
    assert torch.equal(other.train, again.train)
    assert {(tuple(image), int(label)) for image, label in zip(other.train.tolist(), other.train_labels, strict=True)} <= labelled
    assert len(other.train.unique(dim=0)) == 200
    assert torch.equal(other.test, first.test)


def test_shapes_are_where_their_factors_say():
    factors = np.array([[kind, x, y, size, 0] for kind in range(3) for x in (-4, 4) for y in (-4, 4) for size in (4, 8)], float)
    images = shapes.render(factors).reshape(-1, 28, 28) / 255
    mass = images.sum((1, 2))
    assert np.allclose((images.sum(1) @ np.arange(28)) / mass - 13.5, factors[:, 1], atol=0.3)
    assert np.allclose((images.sum(2) @ np.arange(28)) / mass - 13.5, factors[:, 2], atol=0.3)
    assert np.allclose(mass[1::2] / mass[::2], 4, rtol=0.05)  # twice the size, four times the ink
    assert images[:, [0, -1]].max() == images[:, :, [0, -1]].max() == 0
    assert 0 < ((images > 0.05) & (images < 0.95)).mean() < 0.2  # edges are soft


def test_shapes_turn():
    square = [[0, 0, 0, 6, 0], [0, 0, 0, 6, 45], [0, 0, 0, 6, 90]]
    images = shapes.render(np.array(square, float)).astype(int)
    assert np.abs(images[0] - images[2]).max() <= 1
    assert np.abs(images[0] - images[1]).max() > 100


def test_cities_are_where_they_are():
    loaded = cities.load(Path(), silent)
    everything = {name: x for one in (loaded.train, loaded.validation, loaded.test) for name, x in zip(one.names, one.x, strict=True)}
    assert len(everything) > 300
    assert np.allclose(np.linalg.norm(np.array(list(everything.values())), axis=1), 1, atol=1e-6)

    def kilometres(a, b):
        return 6371 * np.arccos(np.clip(everything[a] @ everything[b], -1, 1))

    assert abs(kilometres("London, United Kingdom", "New York, United States") - 5570) < 30
    assert abs(kilometres("Sydney, Australia", "Tokyo, Japan") - 7820) < 40
    assert everything["Quito, Ecuador"][2] == pytest.approx(0, abs=0.01)


def test_cities_train_as_points(tmp_path):
    recipe = Recipe(data="cities", likelihood="gaussian", sigma=0.1, hidden=(32, 32), epochs=60, batch_size=32, lr=5e-3)
    loaded = data.load(recipe, tmp_path)
    frames = [Frame.unpack(frame.pack()) for frame in train(recipe, loaded)]
    first, last = frames[0], frames[-1]
    assert last.reconstructions.dtype == np.float32
    assert last.reconstructions.min() < -0.3
    truth = loaded.probe.images[: loaded.probe.shown]
    assert np.square(last.reconstructions - truth).mean() < 0.5 * np.square(first.reconstructions - truth).mean()
    training = Training(recipe, loaded)
    assert measure(training.model, loaded, recipe)["reconstruction_mse"] > 0
    probe = Probe.unpack(loaded.probe.pack())
    assert (probe.points, probe.span, len(probe.names)) == (True, (-1.0, 1.0), len(probe.labels))


@pytest.mark.parametrize("values, word", [({}, "Gaussian likelihood"), ({"likelihood": "gaussian", "net": "conv"}, "fully connected")])
def test_points_need_what_suits_points(values, word):
    with pytest.raises(RecipeError, match=word):
        Recipe.from_dict({"data": "cities"} | values)


def test_a_probe_may_be_recorded_without_its_images(tmp_path):
    probe = data.load(recipe_for("digits"), tmp_path).probe
    bare = Probe.unpack(probe.first(50, 5).without_images().pack())
    assert bare.images.shape == (0, 64)
    assert len(bare.labels) == 50
    assert bare.shown == 5


# Files in MNIST's format, and a server that misbehaves.


def idx(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A small MNIST: its files by name, and the catalogue told to expect them."""
    random = np.random.default_rng(0)
    arrays = {
        name: random.integers(
            0, 10 if "labels" in name else 256, (120 if "train" in name else 40,) + (() if "labels" in name else (28, 28)), np.uint8
        )
        for name in mnist.FILES
    }
    files = {f"{name}.gz": gzip.compress(idx(array), mtime=0) for name, array in arrays.items()}
    md5 = tuple(hashlib.md5(body).hexdigest() for body in files.values())
    publish(monkeypatch, md5=md5, mirrors=("http://127.0.0.1:9/",), size=sum(map(len, files.values())))
    return files


def publish(monkeypatch, **changes):
    """Have MNIST come from somewhere else."""
    source = dataclasses.replace(mnist.MNIST, **changes)
    monkeypatch.setattr(mnist, "MNIST", source)
    monkeypatch.setitem(CATALOGUE, "mnist", dataclasses.replace(CATALOGUE["mnist"], load=source.load, fetch=source.fetch))


def put(files, root):
    folder = mnist.MNIST.folder(root)
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)


class Server(http.server.ThreadingHTTPServer):
    """Serves files; ``break_at`` ends answers early, ``ranges`` says whether it can begin in the middle."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.break_at, self.ranges, self.asked = files, None, True, []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.files.get(self.path.strip("/"))
        self.server.asked.append((self.path, self.headers.get("Range")))
        if body is None:
            self.send_error(404)
            return
        start = int(self.headers["Range"].split("=")[1].strip("-")) if "Range" in self.headers and self.server.ranges else 0
        if start >= len(body) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start : None if self.server.break_at is None else start + self.server.break_at])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(published, monkeypatch):
    server = Server(dict(published))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    publish(monkeypatch, mirrors=(f"http://127.0.0.1:{server.server_port}/",))
    monkeypatch.setattr(fetch, "CHUNK", 4096)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("source", [mnist.MNIST, mnist.FASHION], ids=lambda source: source.title)
def test_the_addresses_and_checksums_are_torchvision_s(source):
    from torchvision import datasets

    theirs = getattr(datasets, source.torchvision)
    assert list(source.mirrors) == theirs.mirrors
    assert [(f"{name}.gz", md5) for name, md5 in zip(mnist.FILES, source.md5, strict=True)] == theirs.resources


def test_files_on_disk_load_without_the_net(published, tmp_path):
    put(published, tmp_path)
    assert CATALOGUE["mnist"].present(tmp_path)
    images = mnist.MNIST.load(tmp_path, silent)
    assert [len(one.x) for one in (images.train, images.validation, images.test)] == [110, 10, 40]
    assert images.classes == tuple("0123456789")
    assert np.array_equal(mnist.originals(mnist.MNIST, tmp_path, 7), images.test.x[:7])
    shutil.rmtree(tmp_path / "MNIST")
    assert mnist.originals(mnist.MNIST, tmp_path, 7) is None


def test_a_download_tells_how_far_it_is(server, tmp_path):
    told = []
    images = mnist.MNIST.load(tmp_path, told.append)
    assert images.train.x.shape == (110, 784)
    percents = [int(text.split(", ")[1].split()[0]) for text in told if "Downloading MNIST, " in text]
    assert percents == sorted(percents)
    assert percents[-1] == 99
    assert len(percents) > 5
    assert told[-1] == "Unpacking MNIST."
    assert not list(tmp_path.rglob("*.part"))
    asked = len(server.asked)
    mnist.MNIST.load(tmp_path, silent)
    assert len(server.asked) == asked


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_breaks_is_kept_and_gone_on_from(server, tmp_path, ranges):
    server.break_at = 9000
    with pytest.raises(NoData, match=r"the connection broke off.*kept.*Digits, which needs no download"):
        mnist.MNIST.load(tmp_path, silent)
    left = list(tmp_path.rglob("*.part"))
    assert len(left) == 1
    assert left[0].stat().st_size >= 9000
    assert not CATALOGUE["mnist"].present(tmp_path)
    server.break_at, server.ranges = None, ranges
    server.asked.clear()
    assert len(mnist.MNIST.load(tmp_path, silent).test.x) == 40
    assert server.asked[0][1] == f"bytes={9000 * 2}-"
    assert not list(tmp_path.rglob("*.part"))


def test_a_damaged_download_says_so_and_is_removed(server, tmp_path):
    name = next(iter(server.files))
    good = server.files[name]
    server.files[name] = good[:-9] + b"x" + good[-8:]
    with pytest.raises(NoData, match="checksum is wrong"):
        mnist.MNIST.load(tmp_path, silent)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix in (".gz", ".part")]
    server.files[name] = good
    assert len(mnist.MNIST.load(tmp_path, silent).test.x) == 40


@pytest.mark.parametrize("spoil", ["cut unpacked", "damaged gz", "too long a part"])
def test_what_was_spoilt_on_disk_is_mended(server, tmp_path, spoil):
    mnist.MNIST.load(tmp_path, silent)
    unpacked = mnist.MNIST.folder(tmp_path) / mnist.FILES[0]
    packed = unpacked.with_name(unpacked.name + ".gz")
    unpacked.write_bytes(unpacked.read_bytes()[:1000])
    if spoil != "cut unpacked":
        packed.write_bytes(b"?" * 50)
    if spoil == "too long a part":
        packed.unlink()
        packed.with_name(packed.name + ".part").write_bytes(b"?" * 200_000)
    assert mnist.MNIST.load(tmp_path, silent).train.x.shape == (110, 784)


def test_a_stop_ends_a_download(server, tmp_path):
    class Stop(Exception):
        pass

    def stop(text):
        if "%" in text:
            raise Stop

    with pytest.raises(Stop):
        mnist.MNIST.load(tmp_path, stop)
    assert len(mnist.MNIST.load(tmp_path, silent).test.x) == 40  # and holds no lock


def test_without_a_network_it_says_what_to_do(published, tmp_path):
    assert not CATALOGUE["mnist"].present(tmp_path)
    with pytest.raises(NoData, match=r"not on this machine.*Connect to the internet.*Digits, which needs no download"):
        data.load(Recipe(data="mnist"), tmp_path)


def test_a_folder_that_cannot_be_written_is_told(published, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NoData, match="could not be kept in the folder"):
        data.load(Recipe(data="mnist"), tmp_path / "file")


@pytest.mark.parametrize("name, mean", [("mnist", 0.1307), ("fashion-mnist", 0.2860)])
def test_the_publishers_own_files_load(name, mean, tmp_path):
    if not CATALOGUE[name].present(REAL):
        pytest.skip(f"{name} is not in {REAL}: fetch it on the page Data, or say with LATENT_LAB_DATA where it lies")
    source = {"mnist": mnist.MNIST, "fashion-mnist": mnist.FASHION}[name]
    source.folder(tmp_path).mkdir(parents=True)
    for path in source.folder(REAL).glob("*ubyte*"):
        shutil.copy(path, source.folder(tmp_path))
    loaded = data.load(Recipe(data=name, train_size=0), tmp_path)
    assert [len(one) for one in (loaded.train, loaded.validation, loaded.test)] == [55_000, 5_000, 10_000]
    assert CATALOGUE[name].parts == (55_000, 5_000, 10_000)
    assert float(torch.cat([loaded.train, loaded.validation]).mean()) == pytest.approx(mean, abs=1e-4)
    assert len(loaded.probe.images) == 2000
    assert np.array_equal(CATALOGUE[name].originals(tmp_path, 2000), loaded.probe.images)
    assert data.load(Recipe(data=name, train_size=10_000), tmp_path).train.shape == (10_000, 784)


def test_entry_knows_own_data():
    name = "own-" + "0" * 16
    assert entry(name).title == "Own pictures"
    assert not entry(name).present(Path("nowhere"))
    with pytest.raises(KeyError):
        entry("own-x")
    with pytest.raises(NoData):
        data.load(Recipe(data=name), Path("nowhere"))
