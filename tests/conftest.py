"""Recordings made up in a moment, without training: numbers and noise in the right form; and the app in a real browser."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

# Threads of one small product wait for each other longer than it takes, and endlessly so on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from chromium import launch
from clusters import DaskProcesses
from fakes import FakeBench, FakeEngine
from playwright.sync_api import expect, sync_playwright
from ports import free_port
from screen import sized, watched
from xdist.scheduler import LoadFileScheduling

from jobs.shelves import Shelves
from jobs.store import Store
from ui import cached
from ui.own_components import look_no_further
from ui.student import HERE
from vae_core import wire
from vae_core.frame import Frame, Probe
from vae_core.recipes import AE, VAE, Recipe
from vae_core.recording import Recording, Status

look_no_further()  # each page that runs without a browser looks anew
expect.set_options(timeout=30_000)  # it only keeps a test from hanging
ROOT = Path(__file__).parent.parent
# Files that start the app, a browser or Dask, beside those called *_browser. Each fills the machine.
STARTERS = (
    "browser", "ctrl_c", "deployments", "engine", "every_variant", "faults", "faults_pages", "isolation", "latent_map_live", "load",
    "restart", "routes", "student",
)  # fmt: skip
IMAGES, SHOWN, PIXELS = 40, 6, 64
METRICS = {
    "code_scale": 0.75,
    "mismatch": 0.125,
    "moment_mismatch": 0.01,
    "mutual_information": 3.1,
    "active_units": 2.0,
    "knn_accuracy": 0.89,
    "probe_accuracy": 0.8,
    "reconstruction_mse": 0.0302,
    "frechet": 0.71,
    "precision": 1.0,
    "coverage": 0.98,
}


def fabricate(folder: Path, recipe: Recipe, frames: int = 4, state: str = "done", seed: int = 0, measured: bool = True) -> Recording:
    """Write a small recording of a model that was never trained."""
    random = np.random.default_rng(seed)
    recording = Recording(folder)
    recording.create(recipe, Status(state, step=10 * frames, total_steps=10 * frames, created=1.0, updated=1.0))
    images = random.integers(0, 255, (IMAGES, PIXELS), np.uint8)
    labels = np.arange(IMAGES, dtype=np.uint8) % 10
    recording.write_bytes("probe.bin", Probe(images, labels, (8, 8), tuple("0123456789"), SHOWN).pack())
    codes = random.normal(0, 1, (IMAGES, recipe.latent_dim)) + labels[:, None]
    for index in range(frames):
        frame = fabricate_frame(recipe, index, codes, images)
        recording.write_bytes(f"frames/{index:05d}.bin", frame.pack())
    recording.write_bytes(f"weights/{frames - 1:05d}.bin", fabricate_weights(recipe, frames - 1, random))
    if measured:
        dirac = recipe.posterior == "dirac"
        recording.write_json("metrics.json", METRICS | ({"mismatch": None, "mutual_information": None} if dirac else {}))
    return recording


def fabricate_frame(recipe: Recipe, index: int, codes: np.ndarray, images: np.ndarray) -> Frame:
    """The frame of a model that gets better by one nat a frame."""
    dirac = recipe.posterior == "dirac"
    rate = 0.0 if dirac else 1.0 + index
    terms = {"distortion": 30.0 - index, "rate": rate, "loss": 30.0 - index + rate}
    return Frame(
        index=index,
        step=10 * index,
        epoch=index / 2,
        seconds=0.1 * index,
        train=terms,
        test={name: value + 1 for name, value in terms.items()},
        kl=np.full(recipe.latent_dim, rate / recipe.latent_dim),
        mu=codes * (index + 1) / 4,
        sigma=np.zeros((0, recipe.latent_dim)) if dirac else np.full(codes.shape, 0.3),
        reconstructions=images[:SHOWN],
        samples=images[-SHOWN:],
    )


def fabricate_weights(recipe: Recipe, index: int, random: np.random.Generator) -> bytes:
    """A network of one layer each way."""
    out = recipe.latent_dim * (1 if recipe.posterior == "dirac" else 2)
    shapes = {"encoder": (out, PIXELS), "decoder": (PIXELS, recipe.latent_dim)}
    layers = {name: [{"op": "linear", "weight": f"{name}.w", "bias": f"{name}.b", "act": "none"}] for name in shapes}
    arrays = {f"{name}.w": random.normal(0, 1, shape).astype(np.float16) for name, shape in shapes.items()}
    arrays |= {f"{name}.b": np.zeros(shape[0], np.float32) for name, shape in shapes.items()}
    meta = {
        **layers,
        "posterior": recipe.posterior,
        "likelihood": recipe.likelihood,
        "latent_dim": recipe.latent_dim,
        "shape": [8, 8],
        "sigma": None,
        "index": index,
        "step": 10 * index,
    }
    return wire.pack(meta, arrays)


class Shared(LoadFileScheduling):
    """Of two test processes, one goes through the files that start others, and one through the rest."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        name = Path(file).stem.removeprefix("test_")
        return "starters" if name in STARTERS or name.endswith("_browser") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Shared(config, log)


@pytest.fixture
def recordings(tmp_path):
    """Own runs (an 8-D VAE, not measured; a 1-D AE with a Gaussian likelihood) and pretrained ones (the digits pair)."""
    runs, pretrained = tmp_path / "runs", tmp_path / "pretrained"
    fabricate(pretrained / "digits-ae", AE)
    fabricate(pretrained / "digits-vae", VAE)
    deep = dataclasses.replace(VAE, latent_dim=8)
    flat = dataclasses.replace(AE, latent_dim=1, likelihood="gaussian")
    fabricate(runs / deep.id, deep, measured=False)
    fabricate(runs / flat.id, flat)
    for run_id in (deep.id, flat.id):
        Shelves(runs).put(HERE, run_id)
    return {"runs": runs, "pretrained": pretrained, "deep": deep.id, "flat": flat.id}


@pytest.fixture
def engine(recordings, monkeypatch):
    """An engine that trains nothing, for pages under AppTest."""
    fake = FakeEngine(Store(recordings["runs"], recordings["pretrained"]))
    monkeypatch.setattr(cached, "get_engine", lambda: fake)
    return fake


@pytest.fixture
def bench(engine, monkeypatch):
    """Experiments whose kept figures are there at once, for pages under AppTest."""
    fake = FakeBench()
    monkeypatch.setattr("jobs.bench.get_bench", lambda: fake)
    return fake


@pytest.fixture(scope="module")
def run_store(tmp_path_factory):
    """The folder of the runs that ``server`` shows."""
    return tmp_path_factory.mktemp("app") / "runs"


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory):
    """The address of a Dask cluster that trains for all apps of a test process, as for the replicas of a class: to import torch takes long.

    A module whose app is to start processes of its own, as it does unless told otherwise, has this be empty.
    """
    with DaskProcesses(tmp_path_factory.mktemp("dask")) as processes:
        processes.scheduler("--preload", "jobs.leash")
        for _ in range(2):
            processes.worker("--preload", "jobs.preload", "--preload-nanny", "jobs.leash", WORKER__PROFILE__ENABLED="False")
        yield processes.address


@pytest.fixture(scope="module")
def server(run_store, scheduler):
    """The app as the README starts it for a class, with a run store of its own."""
    with running_app(run_store, LATENT_LAB_SCHEDULER=scheduler) as (address, _):
        yield address


@contextmanager
def running_app(run_store, **variables):
    """Start the app on a run store, with more ``variables`` of its own; yields its address and its process, which may be killed."""
    port, folder = free_port(), run_store.parent
    environment = os.environ | {"LATENT_LAB_RUNS": str(run_store), "LATENT_LAB_DATA": str(folder / "data")} | variables
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_healthy(port, process, folder / "log")
            yield f"http://localhost:{port}", process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_healthy(port, process, log):
    for _ in range(300):
        with suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError("the app did not start in 30 s")


@pytest.fixture(scope="module")
def browser():
    """A real Chromium, without a screen."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture
def page(request, browser, server, tmp_path):
    """A page of the app, watched; with the browser options that a test gives, else on a light desktop."""
    with watched(browser, server, getattr(request, "param", sized(1280, 900))) as page:
        yield page
        if getattr(request.node, "failed", False):
            page.screenshot(path=tmp_path / "last.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Tells fixtures whether their test failed."""
    report = yield
    item.failed = report.failed
    return report
