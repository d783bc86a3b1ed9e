"""A run as a zip: what goes out comes back the same; what was tampered with is refused in a sentence and leaves nothing behind."""

import dataclasses
import io
import json
import pickle
import struct
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from jobs.store import Store, StoreError, origin
from vae_core import bundle, wire
from vae_core.frame import Frame, Probe
from vae_core.own_limits import BadUpload, Limits
from vae_core.pretrain import record
from vae_core.recipes import RECIPES, Recipe
from vae_core.recording import Recording, Status

ROOT = Path(__file__).parent.parent
ZOO = ROOT / "pretrained"

VARIANTS = {name: dataclasses.replace(recipe, hidden=(8,), epochs=1) for name, recipe in RECIPES.items()} | {
    "learned sigma": Recipe(likelihood="gaussian-learned", hidden=(8, 4), epochs=1, latent_dim=3),
    "σ per pixel": Recipe(likelihood="gaussian-pixels", hidden=(8, 4), epochs=1, latent_dim=3),
    "convolutions, σ per pixel": Recipe(likelihood="gaussian-pixels", net="conv", hidden=(2, 3), epochs=1),
    "points": Recipe(data="cities", likelihood="gaussian", sigma=0.1, hidden=(8,), epochs=1),
    "convolutions": Recipe(net="conv", hidden=(2, 3), epochs=1),
    "one stage": Recipe(net="conv", hidden=(2,), epochs=1, posterior="dirac"),
}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs", ZOO)


@pytest.fixture(scope="module")
def zipped():
    return bundle.pack(Recording(ZOO / "digits-vae"))


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def contents(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(members):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return body.getvalue()


def changed(body, **parts):
    """The zip with some members replaced; ``None`` leaves one out. Names have / and . written as __ and _."""
    members = contents(body)
    for name in [name for name in members if name.replace("/", "__").replace(".", "_") in parts]:
        part = parts[name.replace("/", "__").replace(".", "_")]
        if part is None:
            del members[name]
        else:
            members[name] = part(members[name]) if callable(part) else part
    return zip_of(members)


def refused(store, body, match):
    """The zip is refused with a plain sentence, and the folder is as it was."""
    before = files(store.root)
    with pytest.raises(BadUpload, match=match) as caught:
        store.adopt(body)
    assert "Traceback" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert files(store.root) == before
    assert not store.root.exists() or not list(store.root.iterdir())


@pytest.mark.parametrize("name", sorted(path.name for path in ZOO.iterdir() if path.is_dir()))
def test_each_model_of_the_zoo_comes_back_byte_by_byte(store, name):
    adopted = store.get(store.adopt(bundle.pack(Recording(ZOO / name))))
    before, after = files(ZOO / name), files(adopted.path)
    assert before.keys() - after.keys() == {"card.json"}
    assert {one for one in after if after[one] != before[one]} <= {"status.json", "recipe.json"}
    assert adopted.recipe == Recording(ZOO / name).recipe  # written anew, with the settings that the lab has learned since


@pytest.mark.parametrize("name", VARIANTS)
def test_what_the_lab_trains_comes_back_byte_by_byte(store, tmp_path, name):
    recording = record("one", VARIANTS[name], tmp_path / "trained", tmp_path)
    adopted = store.get(store.adopt(bundle.pack(recording)))
    before, after = files(recording.path), files(adopted.path)
    assert [one for one in after if after[one] != before[one]] == ["status.json"]
    assert adopted.key_frames == recording.key_frames
    assert adopted.metrics == recording.metrics
    assert adopted.status.state == "done"


def test_a_convolution_larger_than_the_lab_makes_is_refused(store, tmp_path):
    def widened(meta, arrays):
        last = meta["decoder"][-1]
        last["padding"] = 2
        arrays[last["weight"]] = np.zeros((*arrays[last["weight"]].shape[:2], 6, 6), np.float16)

    body = bundle.pack(record("one", VARIANTS["convolutions"], tmp_path / "trained", tmp_path))
    weights = next(name for name in contents(body) if name.startswith("weights/"))
    refused(store, changed(body, **{weights.replace("/", "__").replace(".", "_"): network_with(widened)}), "not fit|network")


def test_weights_whose_frame_never_came_stay_behind(store, tmp_path):
    recording = record("one", Recipe(hidden=(8,), epochs=1), tmp_path / "trained", tmp_path)
    recording.write_bytes(f"weights/{recording.frame_count:05d}.bin", recording.weights_bytes(-1 + recording.frame_count))
    assert store.get(store.adopt(bundle.pack(recording))).frame_count == recording.frame_count


def test_a_zip_says_how_much_it_holds():
    assert bundle.size(zip_of({"a": b"0" * 1000, "b": b"1"})) == 1001
    with pytest.raises(BadUpload, match="not a zip"):
        bundle.size(b"no zip")
    with pytest.raises(BadUpload, match="too many files"):  # before its directory is read into memory
        bundle.size(zip_of({f"a folder with a rather long name/{index:05d}": b"" for index in range(20_000)}))


def test_an_uploaded_run_never_takes_the_place_of_the_run_its_recipe_names(store, zipped):
    recipe = Recording(ZOO / "digits-vae").recipe
    shared = store.create(recipe)
    shared.write_name("everybody's")
    run_id = store.adopt(zipped)
    assert run_id.startswith("u-")
    assert origin(run_id) == "uploaded"
    assert {run_id, recipe.id} == {run.id for run in store.look()[0]}
    assert store.get(recipe.id).name == "everybody's"
    assert store.get(recipe.id).frame_count == 0
    assert store.get(run_id).recipe == recipe


def test_the_same_zip_is_kept_once_whatever_its_names_and_times(store, zipped):
    again = changed(zipped, status_json=lambda body: json.dumps(json.loads(body) | {"created": 5.0, "message": "hello"}))
    assert store.adopt(zipped) == store.adopt(zipped) == store.adopt(again)
    assert len(store.look()[0]) == 1
    other = changed(zipped, recipe_json=lambda body: json.dumps(json.loads(body) | {"seed": 9}))
    assert store.adopt(other) != store.adopt(zipped)


def test_a_zip_made_again_by_hand_is_read_too(store, zipped):
    members = {f"my run/{name}": body for name, body in contents(zipped).items()} | {"__MACOSX/my run/._probe.bin": b"x"}
    assert store.adopt(zip_of(members)) == store.adopt(zipped)


def test_nothing_that_the_run_says_of_itself_in_words_is_taken_over(store, zipped):
    status = {"state": "running", "message": "<b>pay me</b>", "step": 5, "total_steps": 9, "created": -1e300, "updated": 1e300}
    found = store.get(store.adopt(changed(zipped, status_json=json.dumps(status)))).status
    assert found.state == "stopped"
    assert "pay" not in found.message
    assert not found.active
    assert abs(found.created - found.updated) < 1


def test_a_name_comes_along_and_is_tidied(store, zipped):
    members = contents(zipped) | {"name.json": json.dumps({"name": "a\n\u202eb\0" + "x" * 500})}
    recording = store.get(store.adopt(zip_of(members)))
    assert recording.name.startswith("a b x")
    assert len(recording.name) == 60


def test_images_that_may_not_be_handed_on_stay_behind(tmp_path):
    probe = Recording(ZOO / "mnist-ae").probe
    copy = Recording(tmp_path / "full")
    copy.create(Recipe(data="mnist"), Status("done"))
    full = dataclasses.replace(probe, images=np.zeros((len(probe.labels), 784), np.uint8))
    copy.write_bytes("probe.bin", full.pack())
    assert Probe.unpack(contents(bundle.pack(copy))["probe.bin"]).images.shape == (0, 784)
    own = Recording(tmp_path / "own")
    own.create(Recipe(data="own-" + "a" * 16), Status("done"))
    own.write_bytes("probe.bin", full.pack())
    assert len(Probe.unpack(contents(bundle.pack(own))["probe.bin"]).images) == len(probe.labels)


def frame_with(**changes):
    def change(body):
        return dataclasses.replace(Frame.unpack(body), **changes).pack()

    return change


def probe_with(**changes):
    def change(body):
        return dataclasses.replace(Probe.unpack(body), **changes).pack()

    return change


def network_with(edit):
    def change(body):
        meta, arrays = wire.unpack(body)
        arrays = dict(arrays)
        edit(meta, arrays)
        return wire.pack(meta, arrays)

    return change


def tensors_with(edit):
    def change(body):
        tensors = safetensors.numpy.load(body)
        edit(tensors)
        return safetensors.numpy.save(tensors)

    return change


def nan_in(tensors):
    name = sorted(tensors)[0]
    tensors[name] = np.full_like(tensors[name], np.nan)


def last_layer(meta):
    return meta["decoder"][-1]["weight"]


def vast_header(body):
    return struct.pack("<I", 2**31) + body[4:]


WEIGHTS = "weights__00039_bin"
TAMPERED = {
    "a NaN in the codes": ({"frames__00002_bin": frame_with(mu=np.full((400, 2), np.nan))}, "not a number"),
    "an infinite spread": ({"frames__00002_bin": frame_with(sigma=np.full((400, 2), np.inf, np.float32))}, None),
    "a negative spread": ({"frames__00002_bin": frame_with(sigma=np.full((400, 2), -1.0))}, "negative"),
    "fewer codes than images": ({"frames__00002_bin": frame_with(mu=np.zeros((3, 2)))}, "mu has a wrong shape"),
    "pictures of another size": ({"frames__00002_bin": frame_with(samples=np.zeros((8, 9), np.uint8))}, "samples has a wrong shape"),
    "pictures of another kind": ({"frames__00002_bin": frame_with(samples=np.zeros((8, 64), np.float32))}, "wrong kind"),
    "frames in disorder": ({"frames__00002_bin": frame_with(step=0)}, "out of its order"),
    "a frame of another place": ({"frames__00002_bin": frame_with(index=7)}, "out of its order"),
    "words for figures": ({"frames__00002_bin": frame_with(test={"loss": "<img src=x>"})}, "no figures"),
    "a list for a figure": ({"frames__00002_bin": frame_with(test={"distortion": [1.0], "rate": 0.0, "loss": 1.0})}, "no figures"),
    "a loss without its parts": ({"frames__00002_bin": frame_with(train={"loss": 1.0})}, "no figures"),
    "words in a frame's rest": ({"frames__00002_bin": frame_with(extra={"html": "<img src=x>"})}, "no figures"),
    "a frame that is no frame": ({"frames__00002_bin": b"\x08\0\0\0broken!!"}, "damaged"),
    "an empty frame": ({"frames__00002_bin": b""}, "damaged"),
    "a frame with a vast header": ({"frames__00002_bin": vast_header}, "not in the format"),
    "a model with a vast header": ({"model_safetensors": struct.pack("<Q", 2**62) + b"{}"}, "not in the format"),
    "a recipe without end": (
        {"recipe_json": lambda body: body + bytes(np.random.default_rng(0).choice([32, 9, 10], 1_100_000).astype(np.uint8))},
        "far too long",
    ),
    "a frame nested deep": ({"frames__00002_bin": struct.pack("<I", 90_000) + b"[" * 90_000}, "damaged"),
    "a hole in the frames": ({"frames__00002_bin": None}, "missing from the middle"),
    "no frame": ({f"frames__{index:05d}_bin": None for index in range(40)}, "frames/00000.bin is missing"),
    "no recipe": ({"recipe_json": None}, "no part of a run|recipe.json is missing"),
    "no weights": ({f"weights__{index:05d}_bin": None for index in range(40)}, "weights of the run are missing"),
    "a recipe of another lab": ({"recipe_json": '{"data": "digits", "wings": 2}'}, "does not know: wings"),
    "a recipe out of range": ({"recipe_json": '{"latent_dim": 1000000}'}, "between 1 and 64"),
    "a recipe of no data set": ({"recipe_json": '{"data": "../../etc"}'}, "Data set must be one of"),
    "a recipe that is a list": ({"recipe_json": "[1]"}, "recipe.json"),
    "a parent that is a path": ({"recipe_json": '{"parent": "../../etc"}'}, "parent"),
    "another recipe": ({"recipe_json": lambda body: json.dumps(json.loads(body) | {"latent_dim": 3})}, "does not fit the recipe"),
    "another network": ({"recipe_json": lambda body: json.dumps(json.loads(body) | {"hidden": [64, 128]})}, "network of its recipe"),
    "an AE that says it is a VAE": ({"recipe_json": lambda body: json.dumps(json.loads(body) | {"posterior": "dirac"})}, "sigma"),
    "images of another size": ({"probe_bin": probe_with(shape=(4, 4))}, "of the size of Digits"),
    "images without end": ({"probe_bin": probe_with(shape=(2**40, 2**40))}, "of the size of Digits"),
    "images that do not fit their size": ({"probe_bin": probe_with(images=np.zeros((400, 63), np.uint8))}, "do not fit their size"),
    "labels without names": ({"probe_bin": probe_with(classes=("one",))}, "name its classes"),
    "a class with a long name": ({"probe_bin": probe_with(classes=("x" * 999,) * 10)}, "name its classes"),
    "points for images": ({"probe_bin": probe_with(images=np.zeros((400, 64), np.float32))}, "of the kind of Digits"),
    "a NaN in the network": ({WEIGHTS: network_with(lambda meta, arrays: nan_in(arrays))}, "not a number"),
    "a layer of another shape": (
        {WEIGHTS: network_with(lambda meta, arrays: arrays.update({last_layer(meta): np.zeros((63, 128), np.float16)}))},
        "does not fit the next",
    ),
    "a layer too much": ({WEIGHTS: network_with(lambda meta, arrays: meta["encoder"].append(meta["encoder"][-1]))}, "not fit|network"),
    "weights of no layer": ({WEIGHTS: network_with(lambda meta, arrays: arrays.update(more=np.zeros(3, np.float32)))}, "no layer uses"),
    "an unknown operation": ({WEIGHTS: network_with(lambda meta, arrays: meta["encoder"][0].update(op="eval"))}, "not fit|network"),
    "a missing array": ({WEIGHTS: network_with(lambda meta, arrays: arrays.pop(last_layer(meta)))}, "damaged"),
    "more about a network": ({WEIGHTS: network_with(lambda meta, arrays: meta.update(script="x"))}, "network of its recipe"),
    "a NaN in the model": ({"model_safetensors": tensors_with(nan_in)}, "not a number"),
    "a tensor too much": (
        {"model_safetensors": tensors_with(lambda t: t.update(evil=np.zeros(2, np.float32)))},
        "none of its recipe: evil",
    ),
    "a tensor too few": ({"model_safetensors": tensors_with(lambda t: t.pop("posterior.net.0.bias"))}, "missing, or has a wrong shape"),
    "a tensor of another shape": (
        {"model_safetensors": tensors_with(lambda t: t.update({"posterior.net.0.bias": np.zeros(7, np.float32)}))},
        "wrong shape",
    ),
    "whole numbers in the model": (
        {"model_safetensors": tensors_with(lambda t: t.update({"posterior.net.0.bias": np.zeros(128, np.int64)}))},
        "kind",
    ),
    "a pickle for a model": ({"model_safetensors": pickle.dumps({"weight": [1, 2, 3]})}, "not in the format"),
    "words for a model": ({"model_safetensors": struct.pack("<Q", 8) + b"pickled!"}, "not in the safetensors format"),
    "finished without a model": ({"model_safetensors": None}, "model.safetensors is missing"),
    "measures in words": ({"metrics_json": '{"elbo": "<b>best</b>"}'}, "something else than finite numbers"),
    "a measure that is NaN": ({"metrics_json": '{"elbo": NaN}'}, "something else than finite numbers"),
    "a measure with a strange name": ({"metrics_json": '{"<img src=x>": 1}'}, "something else than finite numbers"),
    "a measure of many digits": ({"metrics_json": '{"elbo": ' + "9" * 5000 + "}"}, "damaged"),
    "measures nested deep": ({"metrics_json": "[" * 90_000}, "damaged"),
    "a status of another world": ({"status_json": '{"state": "asleep"}'}, "status.json"),
    "a status with more": ({"status_json": '{"state": "done", "admin": true}'}, "damaged"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_refused(store, zipped, name):
    parts, match = TAMPERED[name]
    if match is None:  # half-precision clips what is infinite, so the file itself must be written by hand

        def infinite(body):
            meta, arrays = wire.unpack(body)
            return wire.pack(meta, {**arrays, "sigma": np.full((400, 2), np.inf, np.float16)})

        parts, match = {"frames__00002_bin": infinite}, "not a number"
    body = changed(zipped, **parts)
    assert contents(body) != contents(zipped), "the test changed nothing"
    refused(store, body, match)


def overlapping(body):
    """Weights with a hundred more names, all for the same bytes."""
    (length,) = struct.unpack_from("<I", body)
    header = json.loads(body[4 : 4 + length])
    head = max(header["arrays"].values(), key=lambda one: np.prod(one["shape"]))
    header["arrays"] |= {f"state.prior.{number}": head for number in range(100)}
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + body[4 + length :]


def told(layer, **changes):
    return network_with(lambda meta, arrays: [one.update(changes) for one in meta[layer] if "label" in one])


# name → which variant is trained, what is done to its last weights, and why they are refused
BEYOND = {
    "many names for the same bytes": ("Mixture prior", overlapping, "damaged"),
    "draws of another length": (
        "Mixture prior",
        network_with(lambda meta, arrays: arrays.update({"prior.samples": np.zeros((9, 3), np.float16)})),
        "no layer uses",
    ),
    "another prior": ("Mixture prior", network_with(lambda meta, arrays: meta.update(prior="<b>")), "network of its recipe"),
    "classes in words": ("Conditional VAE", network_with(lambda meta, arrays: meta.update(classes="x")), "network of its recipe"),
    "no classes": ("Conditional VAE", network_with(lambda meta, arrays: meta.pop("classes")), "network of its recipe"),
    "a label that shifts another layer": ("Conditional VAE", told("decoder", label="decoder.0.weight"), "network of its recipe"),
    "a label of no array": ("Conditional VAE", told("decoder", label=7), "damaged"),
    "a label that nobody is told": (
        "Mixture prior",
        network_with(lambda meta, arrays: meta["decoder"][0].update(label="decoder.0.weight")),
        "network of its recipe",
    ),
    "slots in words": ("VQ-VAE", network_with(lambda meta, arrays: meta.update(slots=[4])), "network of its recipe"),
    "another codebook": (
        "VQ-VAE",
        network_with(lambda meta, arrays: arrays.update(codebook=np.zeros((9999, 2), np.float16))),
        "no layer uses",
    ),
    "a codebook by another name": (
        "VQ-VAE",
        network_with(lambda meta, arrays: meta["encoder"][-1].update(codebook="decoder.0.weight")),
        "network of its recipe",
    ),
    "no reader of labels": ("Semi-supervised VAE", network_with(lambda meta, arrays: meta.pop("classifier")), "network of its recipe"),
    "a reader of other labels": (
        "Semi-supervised VAE",
        network_with(lambda meta, arrays: meta["classifier"].pop()),
        "network of its recipe",
    ),
}


@pytest.fixture(scope="module")
def variant(tmp_path_factory):
    """Makes the zip of a small run of a variant, once."""

    @cache
    def make(name):
        folder = tmp_path_factory.mktemp("variant")
        return bundle.pack(record("one", VARIANTS[name], folder / "trained", folder))

    return make


@pytest.mark.parametrize("name", BEYOND)
def test_what_a_model_says_of_labels_codes_and_priors_is_held_to_its_recipe(store, variant, name):
    of, edit, match = BEYOND[name]
    body = variant(of)
    last = max(one for one in contents(body) if one.startswith("weights/"))
    refused(store, changed(body, **{last.replace("/", "__").replace(".", "_"): edit}), match)


@pytest.mark.parametrize(
    "name", ["../../evil.bin", "/etc/passwd", "frames/../../x.bin", "frames/00001.bin.exe", "frames\\00001.bin", "weights/1.bin", "run.py"]
)
def test_unknown_names_are_refused_and_never_used_as_paths(store, zipped, tmp_path, name):
    before = files(tmp_path)
    refused(store, zip_of([*contents(zipped).items(), (name, b"x")]), "no part of a run")
    assert files(tmp_path) == before


def test_the_same_name_twice_is_refused(store, zipped):
    with pytest.warns(UserWarning, match="Duplicate"):
        body = zip_of([*contents(zipped).items(), ("probe.bin", b"x")])
    refused(store, body, "twice")


def test_limits_are_looked_at_before_anything_is_unpacked(tmp_path, zipped):
    for limits, match in (
        (Limits(upload=1000), "at most 0 MB"),
        (Limits(unpacked=1000), "Unpacked, this would be"),
        (dataclasses.replace(bundle.LIMITS, count=1), "too many files"),
    ):
        with pytest.raises(BadUpload, match=match):
            bundle.unpack(zipped, tmp_path / "never", limits)
    assert not (tmp_path / "never").exists()


def test_a_bomb_is_refused(store, zipped):
    refused(store, changed(zipped, probe_bin=b"\0" * 5_000_000), "times larger")


def test_a_member_that_is_longer_than_it_says_is_refused(store, zipped):
    body = bytearray(zipped)
    place = body.rfind(b"PK\x01\x02")  # the last entry of the directory
    size = struct.unpack_from("<I", body, place + 24)[0]
    struct.pack_into("<I", body, place + 24, size - 10)
    refused(store, bytes(body), "damaged|longer")


@pytest.mark.parametrize("body", [b"", b"hello", b"PK\x03\x04 but no zip", pickle.dumps([1])])
def test_what_is_no_zip_is_refused(store, body):
    refused(store, body, "empty|not a zip|damaged")


def test_a_disk_that_cannot_be_written_is_told(tmp_path, zipped):
    (tmp_path / "runs").write_text("a file, where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "runs", ZOO).adopt(zipped)


def test_a_name_goes_along_and_a_broken_one_does_no_harm(store):
    recording = store.get(store.adopt(bundle.pack(Recording(ZOO / "digits-vae"), "my first VAE")))
    assert recording.name == "my first VAE"
    (recording.path / "name.json").write_text("[")
    assert recording.name == ""


def test_uploaded_runs_are_deleted_like_others(store, zipped):
    run_id = store.adopt(zipped)
    store.delete(run_id)
    assert store.get(run_id) is None
    assert not list(store.root.iterdir())


def test_reading_a_zip_leaves_torch_out(tmp_path, zipped):
    (tmp_path / "run.zip").write_bytes(zipped)
    code = (
        "import sys; from pathlib import Path; from jobs.store import Store\n"
        f"Store(Path({str(tmp_path / 'runs')!r}), Path('none')).adopt(Path({str(tmp_path / 'run.zip')!r}).read_bytes())\n"
        "assert not {'torch', 'pandas'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
