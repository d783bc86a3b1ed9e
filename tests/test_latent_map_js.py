"""The latent map's JavaScript against PyTorch, and its payload against Python's packing. Runs in Node, else in a browser."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from node import run_js

from ui.components.latent_map import PANELS, SCRIPTS, MapRun, latent_map, script
from ui.components.latent_map.payload import pack_payload
from vae_core import wire
from vae_core.build import build
from vae_core.export import export
from vae_core.frame import Frame, Probe
from vae_core.recipes import LIKELIHOODS, Recipe
from vae_core.recording import Recording, Status

LOGIC = ("wire", "network", "recording", "feed", "player")


def round_to_half(model):
    """Give the model the weights that the browser gets: matrices travel as float16."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.copy_(parameter.half().float())


@pytest.mark.parametrize("posterior", ["dirac", "gaussian"])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize(
    "net, hidden, latent_dim, shape",
    [
        ("mlp", (96, 33), 2, (7, 9)),
        ("mlp", (), 5, (7, 9)),
        ("conv", (6, 9), 2, (28, 28)),
        ("conv", (5,), 5, (6, 10)),
        ("conv", (3, 4, 5), 2, (32, 32)),
        ("conv", (8, 16), 2, (8, 8)),
    ],
)
def test_network_equals_pytorch(posterior, likelihood, net, hidden, latent_dim, shape):
    beta = float(posterior == "gaussian")
    recipe = Recipe(posterior=posterior, likelihood=likelihood, net=net, hidden=hidden, latent_dim=latent_dim, beta=beta)
    model = build(recipe, shape)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)  # far enough from zero that pixels are clipped and saturated
        if posterior == "gaussian":
            model.posterior.net[-1].bias[-1] = 60  # beyond the limit on log σ²
    round_to_half(model)
    x, z = torch.rand(4, math.prod(shape)), 2 * torch.randn(4, latent_dim)
    with torch.no_grad():
        q, image = model.encode(x), model.image(z)
    meta, arrays = export(model, recipe, shape)
    answer = run_js(
        ("wire", "network"),
        """const network = LatentMapNetwork.from(blob);
        return {codes: x.map((row) => network.encode(Float32Array.from(row))).map(({mu, sigma}) => [[...mu], sigma && [...sigma]]),
                images: z.map((row) => [...network.decode(Float32Array.from(row))])};""",
        blob=wire.pack({**meta, "index": 0, "step": 0}, arrays),
        x=x.tolist(),
        z=z.tolist(),
    )
    np.testing.assert_allclose(answer["images"], image.numpy(), atol=1e-3)
    assert np.std(answer["images"]) > 0.05
    np.testing.assert_allclose([mu for mu, _ in answer["codes"]], q.mean.numpy(), atol=1e-3)
    if posterior == "gaussian":
        np.testing.assert_allclose([sigma for _, sigma in answer["codes"]], q.stddev.numpy(), rtol=1e-3)
    else:
        assert {sigma for _, sigma in answer["codes"]} == {None}


def test_an_operation_that_the_page_cannot_run_is_refused():
    blob = wire.pack({"encoder": [{"op": "attention"}], "decoder": [], "latent_dim": 1, "step": 0}, {})
    message = run_js(("wire", "network"), "try { LatentMapNetwork.from(blob); } catch (error) { return error.message; }", blob=blob)
    assert message == 'This page cannot run the operation "attention".'


def test_every_finite_float16_is_read_as_numpy_reads_it():
    bits = np.arange(65536, dtype=np.uint16)
    values = bits.view(np.float16)
    finite = values[np.isfinite(values)]
    assert run_js(("wire",), "return [...unpack(blob).array('a')];", blob=wire.pack({}, {"a": finite})) == finite.astype(float).tolist()


def test_a_blob_cut_short_is_refused():
    blob = wire.pack({"a": 1}, {"a": np.arange(9, dtype=np.float32)})
    body = "return cuts.map((n) => { try { unpack(blob.subarray(0, n)).array('a'); return 'read'; } catch { return 'refused'; } });"
    cuts = [0, 3, 20, len(blob) - 4, len(blob)]
    assert run_js(("wire",), body, blob=blob, cuts=cuts) == ["refused"] * 4 + ["read"]


def make_recording(path: Path, steps, state="running", pixels=12):
    """A recording of random frames, every third one a key frame, and the last."""
    generator = np.random.default_rng(0)
    recording = Recording(path)
    recording.create(Recipe(), Status(state, steps[-1], 100, message="über"))
    labels = generator.integers(0, 3, 40).astype(np.uint8)
    images = generator.integers(0, 255, (40, pixels)).astype(np.uint8)
    recording.write_bytes("probe.bin", Probe(images, labels, (3, 4), ("a", "b", "c"), 10).pack())
    for index, step in enumerate(steps):
        terms = {"distortion": 9.0 - index, "rate": float(index), "loss": float("nan") if index == 1 else 9.0}
        mu = generator.normal(size=(40, 2)) * (index + 1)
        frame = Frame(index, step, step / 10, step / 100, terms, terms, np.ones(2), mu, np.ones((40, 2)), images[:10], images[:20])
        recording.write_bytes(f"frames/{index:05d}.bin", frame.pack())
        if index % 3 == 0 or index == len(steps) - 1:
            recording.write_bytes(f"weights/{index:05d}.bin", wire.pack({"index": index}, {}))
    return recording


def test_payload_holds_the_recordings_as_they_are(tmp_path):
    recording = make_recording(tmp_path / "r", range(8))
    meta, arrays = wire.unpack(pack_payload([SimpleNamespace(id="r", recording=recording)]))
    assert meta["status"]["r"] == {
        **{"state": "running", "step": 7, "total_steps": 100, "images_per_second": 0.0, "message": "über"},
        **{"frames": 8, "key_frames": [0, 3, 6, 7], "probe": recording.probe_fingerprint},
    }
    assert arrays["probe/r"].tobytes() == (recording.path / "probe.bin").read_bytes()
    assert [arrays[f"frame/r/{index}"].tobytes() for index in range(8)] == [recording.frame_bytes(index) for index in range(8)]
    assert arrays["weights/r/6"].tobytes() == recording.weights_bytes(6)
    assert len(arrays) == 1 + 8 + 4


def test_payload_keeps_the_newest_and_leaves_out_what_does_not_fit(tmp_path):
    recording = make_recording(tmp_path / "r", range(30))
    gone = SimpleNamespace(id="gone", recording=Recording(tmp_path / "gone"))
    going = SimpleNamespace(id="going", recording=make_recording(tmp_path / "going", range(3)))
    (tmp_path / "going" / "probe.bin").unlink()
    budget = 12 * len(recording.frame_bytes(29))
    meta, arrays = wire.unpack(pack_payload([SimpleNamespace(id="r", recording=recording), gone, going], budget))
    frames = [int(name.split("/")[2]) for name in arrays if name.startswith("frame/")]
    assert len(frames) == 6
    assert frames == sorted(frames)
    assert (frames[0], frames[-1]) == (0, 29)
    assert "weights/r/29" in arrays
    assert list(meta["status"]) == ["r"]


def test_the_browser_reads_a_payload_once(tmp_path):
    early = pack_payload([SimpleNamespace(id="r", recording=make_recording(tmp_path / "r", [0, 1, 4, 9, 20]))])
    late = pack_payload([SimpleNamespace(id="r", recording=make_recording(tmp_path / "r", [0, 1, 4, 9, 20, 50, 100], "done"))])
    answer = run_js(
        LOGIC,
        """const recording = new Recording("r");
        const feed = new PayloadFeed(recording);
        feed.read(unpack(early));
        const [probe, frame, blob] = [recording.probe, recording.frames[2], feed.blobs.get(3)];
        const before = [recording.frames.length, recording.active];
        feed.read(unpack(late));
        return {before, after: [recording.frames.length, recording.active],
                kept: recording.probe === probe && recording.frames[2] === frame && feed.blobs.get(3) === blob,
                at: [0, 3, 4, 60, 1000].map((step) => recording.at(step).index), message: recording.status.message,
                keys: [2, 3, 5, 6].map((index) => recording.keyFrame(recording.frames[index])), shape: probe.shape, loss: frame.train,
                gap: recording.frames[1].train.loss, mu: [...recording.open(recording.newest).mu]};""",
        early=early,
        late=late,
    )
    assert answer["before"] == [5, True]
    assert answer["after"] == [7, False]
    assert answer["kept"]
    assert answer["at"] == [0, 1, 2, 5, 6]
    assert answer["keys"] == [0, 3, 4, 6]  # 4 was the last of the early ones
    assert answer["message"] == "über"
    assert answer["shape"] == [3, 4]
    assert answer["gap"] is None
    newest = Recording(tmp_path / "r").frame(6)
    np.testing.assert_array_equal(np.reshape(answer["mu"], (40, 2)), newest.mu.astype(np.float32))


def test_a_run_that_was_started_again_forgets_its_old_frames(tmp_path):
    old = pack_payload([SimpleNamespace(id="r", recording=make_recording(tmp_path / "old", range(9)))])
    new = pack_payload([SimpleNamespace(id="r", recording=make_recording(tmp_path / "new", [0, 7]))])
    body = """const recording = new Recording("r"); const feed = new PayloadFeed(recording);
        feed.read(unpack(old)); feed.read(unpack(again)); return recording.frames.map((frame) => frame.step);"""
    assert run_js(LOGIC, body, old=old, again=new) == [0, 7]


def test_runs_are_aligned_by_step_and_the_live_edge_is_followed():
    answer = run_js(
        LOGIC,
        """const run = (steps, active) => ({ frames: steps.map((step) => ({ step })), active });
        const player = new Player(), told = [];
        const tell = () => told.push([player.index, player.step, player.following, player.playing]);
        player.sync([run([0, 2, 8], true), run([0, 3], true)]); tell();
        player.sync([run([0, 2, 8, 16], true), run([0, 3], true)]); tell();
        player.seek(2); tell();
        player.sync([run([0, 2, 8, 16, 32], false), run([0, 3, 32], false)]); tell();
        player.toggle(0); for (const now of [0, 100, 170, 400, 700, 1000]) player.tick(now); tell();
        player.toggle(2000); tell();
        return { steps: player.steps, told };""",
    )
    assert answer["steps"] == [0, 2, 3, 8, 16, 32]
    assert answer["told"] == [
        [3, 8, True, False],
        [4, 16, True, False],
        [2, 3, False, False],  # paused: new frames do not move it
        [2, 3, False, False],
        [5, 32, True, False],  # played to the end
        [0, 0, False, True],  # play at the end begins again
    ]


def test_every_script_is_part_of_the_module_and_nothing_is_fetched_from_elsewhere():
    folder = Path(__file__).parent.parent / "ui" / "components" / "latent_map"
    assert {path.stem for path in folder.glob("*.js")} == {*SCRIPTS, "boot"}
    whole = script() + (folder / "latent_map.css").read_text() + (folder / "latent_map.html").read_text()
    for word in ("http://", "https://", "innerHTML", "import ", "eval("):
        assert word not in whole
    assert [line.split("(")[0] for line in script().splitlines() if line.startswith("export")] == ["export default function "]


def test_wrong_panels_and_payloads_are_refused():
    run = MapRun("p-x", "AE", "#d95f02", "bernoulli", "dirac", 2)
    with pytest.raises(ValueError, match="no panel maps; choose from timeline"):
        latent_map(key="k", runs=[run], panels=("maps",))
    with pytest.raises(ValueError, match="payload belongs"):
        latent_map(key="k", runs=[run], panels=PANELS, transport="inline")


def test_why_a_run_ended_is_said_once():
    status = {"state": "failed", "message": "The disk is full.", "step": 0, "total_steps": 9}
    body = """const texts = (newest) => [progressText(status, newest), newest ? "" : waitingText({ status, problem: "", active: false })];
        return [texts(null), texts({ step: 3, epoch: 1, seconds: 1 })];"""
    without, with_frames = run_js(("dom", "progress"), body, status=status)
    assert without == ["failed", "The disk is full."]  # the map's cover says why
    assert with_frames == ["failed at step 3 of 9, epoch 1 of 3: The disk is full.", ""]


def test_a_run_that_was_stopped_says_where():
    status = {"state": "stopped", "message": "You stopped this run.", "step": 1204, "total_steps": 3800}
    texts = run_js(("dom", "progress"), "return [1204, 0].map((step) => progressText(status, { step, epoch: step / 19 }))", status=status)
    assert texts == ["stopped at step 1,204 of 3,800, epoch 63 of 200: You stopped this run.", "stopped: You stopped this run."]


def test_frames_that_are_on_their_way_are_loading_and_others_are_not():
    body = """const recording = new Recording("a");
        const said = (state, frames, problem = "") => {
          recording.status = state && { state, frames, message: "" };
          recording.problem = problem;
          return waitingText(recording);
        };
        return [said(null), said("done", 9), said("running", 9), said("done", 0), said("running", 0), said("done", 9, "It is gone.")];"""
    unknown, done, learning, empty, waiting, gone = run_js(("wire", "dom", "box", "recording", "progress"), body)
    assert unknown == done == learning == "Loading…"
    assert empty == "This run has no frames."
    assert waiting.strip() == "Waiting for the first frame…"
    assert gone == "It is gone."
