"""The binary routes and the guard, over real HTTP; and the app as a whole, started and ended as a user does."""

import dataclasses
import gzip
import http.client
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import numpy as np
import psutil
import pytest
import uvicorn
from ports import free_port
from starlette.applications import Starlette
from starlette.middleware import Middleware
from waiting import until

from jobs import engine as engines
from jobs.engine import Engine
from jobs.settings import pretrained_folder
from jobs.store import Store
from ui import first_paint, network, newcomer, recordings, scripts, shortcut
from ui import server as app_server
from ui.components import latent_map
from ui.cookie import COOKIE
from ui.hosts import host_allowed
from vae_core.frame import Frame, Probe
from vae_core.recipes import VAE, Recipe
from vae_core.recording import Status
from vae_core.wire import unpack

ROOT = Path(__file__).parent.parent


def get(port, path, host=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=({"Host": host} if host else {}) | headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("runs"), pretrained_folder())


@pytest.fixture(scope="module")
def port(store):
    """The routes alone, with an engine that has no cluster."""
    with served(store) as port:
        yield port


@contextmanager
def served(store, *within):
    """Routes and middleware on a port, with more middleware ``within``."""
    before, engines._engine = engines._engine, Engine(store)
    port = free_port()
    app = Starlette(routes=app_server.ROUTES, middleware=[*app_server.MIDDLEWARE, *within])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(5)
        engines._engine.close()
        engines._engine = before


def frame(index):
    d, n = 2, 3
    images = np.zeros((1, 4), np.uint8)
    return Frame(index, index * 10, 0.5, 0.1, {"loss": 1.0}, {"loss": 2.0}, np.zeros(d), np.zeros((n, d)), np.ones((n, d)), images, images)


def make_run(store, seed, frames, **status):
    run = store.create(Recipe(seed=seed))
    run.write_bytes("probe.bin", Probe(np.zeros((3, 4), np.uint8), np.zeros(3, np.uint8), (2, 2), ("a",), 1).pack())
    for index in range(frames):
        run.write_bytes(f"frames/{index:05d}.bin", frame(index).pack())
    run.write_bytes("weights/00000.bin", b"weights")
    run.write_status(dataclasses.replace(Status("done", created=time.time(), updated=time.time()), **status))
    return run


def split(body):
    while body:
        (length,) = struct.unpack_from("<I", body)
        yield Frame.unpack(body[4 : 4 + length])
        body = body[4 + length :]


def test_frames_come_in_records_and_the_header_says_how_the_run_stands(port, store):
    run = make_run(store, 1, 5, step=40, total_steps=40, message="β ≥ 1")
    answer, body = get(port, f"/api/runs/{run.id}/frames?after=1&limit=2")
    assert answer.status == 200
    assert [found.index for found in split(body)] == [2, 3]
    standing = json.loads(answer.headers["X-Run"])
    assert len(standing.pop("probe")) == 16
    assert standing == {
        "state": "done", "step": 40, "total_steps": 40, "images_per_second": 0.0, "message": "β ≥ 1", "frames": 5, "key_frames": [0],
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Encoding"] == "identity"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer, body = get(port, f"/api/runs/{run.id}/frames?after=4")
    assert (answer.status, body) == (200, b"")


def test_large_frames_come_in_several_answers(port, store, monkeypatch):
    run = make_run(store, 14, 3)
    monkeypatch.setattr(recordings, "ANSWER", len(frame(0).pack()) + 1)  # more than one, less than two
    first, rest = (list(split(get(port, f"/api/runs/{run.id}/frames?after={after}&wait=0")[1])) for after in (-1, 1))
    assert [found.index for found in first] == [0, 1]
    assert [found.index for found in rest] == [2]


@pytest.mark.parametrize("part", ["frames", "probe"])
def test_a_run_that_is_removed_as_it_is_asked_for_is_one_that_is_not_there(port, store, monkeypatch, part):
    run = make_run(store, 13, 2)
    found = store.get

    def found_then_removed(run_id):
        recording = found(run_id)
        store.delete(run_id)
        return recording

    monkeypatch.setattr(store, "get", found_then_removed)
    answer, body = get(port, f"/api/runs/{run.id}/{part}")
    assert (answer.status, body) == (404, b"There is no such recording, or not yet.")


def test_equal_probes_are_told_by_their_fingerprint_and_large_bodies_are_squeezed(port, store, monkeypatch):
    runs = [make_run(store, number, 1) for number in (11, 12)]
    prints = [json.loads(get(port, f"/api/runs/{run.id}/frames")[0].headers["X-Run"])["probe"] for run in runs]
    assert prints[0] == prints[1]
    monkeypatch.setattr(recordings, "LARGE", 10)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/runs/{runs[0].id}/probe", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.read()) == get(port, f"/api/runs/{runs[0].id}/probe")[1]


def test_probe_and_weights(port, store):
    run = make_run(store, 2, 1)
    answer, body = get(port, f"/api/runs/{run.id}/probe")
    assert answer.status == 200
    assert Probe.unpack(body).shape == (2, 2)
    assert get(port, f"/api/runs/{run.id}/weights/0")[1] == b"weights"
    assert get(port, f"/api/runs/{run.id}/weights/1")[0].status == 404


def test_weights_can_be_had_without_the_encoder(port, store):
    name = store.public_id(store.pretrained_runs()[0])
    key = store.get(name).key_frames[-1]
    whole, half = (get(port, f"/api/runs/{name}/weights/{key}{part}")[1] for part in ("", "?part=decoder"))
    assert len(half) < 0.7 * len(whole)
    assert {array.split(".")[0] for array in unpack(half)[1]} == {"decoder"}
    broken = make_run(store, 21, 1)
    assert get(port, f"/api/runs/{broken.id}/weights/0?part=decoder")[0].status == 404


def test_slim_frames_are_the_frames_rounded(port, store):
    name = store.public_id(store.pretrained_runs()[0])
    (exact,) = split(get(port, f"/api/runs/{name}/frames?after=2&limit=1")[1])
    (rounded,) = split(get(port, f"/api/runs/{name}/frames?after=2&limit=1&form=slim")[1])
    np.testing.assert_allclose(rounded.mu, exact.mu, rtol=0.005)
    assert rounded.step == exact.step


def test_who_opens_a_run_gets_its_newest_frame_at_once(port, store):
    run = make_run(store, 22, 3, state="running")
    (found,) = split(get(port, f"/api/runs/{run.id}/frames?newest=1&wait=0")[1])
    assert found.index == 2
    empty = make_run(store, 23, 0, state="running")
    assert get(port, f"/api/runs/{empty.id}/frames?newest=1&wait=0")[0].status == 204


def test_the_server_decodes_for_browsers_that_cannot(port, store):
    name = store.public_id(store.pretrained_runs()[0])
    run = store.get(name)
    key = run.key_frames[-1]
    answer, body = get(port, f"/api/runs/{name}/decode/{key}?z=0.5,-1")
    assert answer.status == 200
    np.testing.assert_array_equal(np.frombuffer(body, np.uint8), network.decode(run, np.array([[0.5, -1.0]]), key)[0])
    assert get(port, f"/api/runs/{name}/decode/9999?z=0,0")[0].status == 404
    answer, body = get(port, f"/api/runs/{name}/decode/{key}?z=1,2,3")
    assert answer.status == 422
    assert b"has 2 numbers, not 3" in body


@pytest.fixture(scope="module")
def conditional(store, tmp_path_factory):
    """A run of a model that is told labels."""
    from vae_core.pretrain import record

    recipe = Recipe(conditional=True, hidden=(8,), epochs=1, train_size=100)
    return record(recipe.id, recipe, store.root, tmp_path_factory.mktemp("data"))


def test_the_server_tells_the_model_the_label_that_is_asked_for(port, conditional):
    key = conditional.key_frames[-1]
    for label in (0, 7):
        answer, body = get(port, f"/api/runs/{conditional.id}/decode/{key}?z=0.5,-1&label={label}")
        assert answer.status == 200
        expected = network.decode(conditional, np.array([[0.5, -1.0]]), key, np.array([label]))[0]
        np.testing.assert_array_equal(np.frombuffer(body, np.uint8), expected)
    assert get(port, f"/api/runs/{conditional.id}/decode/{key}?z=0,0&label=10")[0].status == 422
    for odd in ("-1", "x", "1.5", "²", "", "9" * 5000):
        assert get(port, f"/api/runs/{conditional.id}/decode/{key}?z=0,0&label={urllib.parse.quote(odd)}")[0].status == 400


@pytest.mark.parametrize("z", ["", "nan,0", "1,inf", "1e99,0", "a,b", "1;2", ",".join(["0"] * 2000), "%00"])
def test_odd_codes_are_refused(port, store, z):
    name = store.public_id(store.pretrained_runs()[0])
    assert get(port, f"/api/runs/{name}/decode/0?z={z}")[0].status == 400


def test_pretrained_models_are_served_too(port, store):
    name = store.public_id(store.pretrained_runs()[0])
    answer, body = get(port, f"/api/runs/{name}/frames?limit=1")
    assert len(list(split(body))) == 1
    key = json.loads(answer.headers["X-Run"])["key_frames"][-1]
    assert unpack(get(port, f"/api/runs/{name}/weights/{key}")[1])[0]["decoder"]
    assert get(port, f"/api/runs/{name}/probe")[0].status == 200


@pytest.mark.parametrize("run_id", ["0" * 16, "..", "../..", "p-..", "p-nobody", "recipe.json", "0" * 400, "\0"])
@pytest.mark.parametrize("what", ["frames", "probe", "weights/0", "decode/0?z=0"])
def test_unknown_and_malicious_ids_are_not_found(port, run_id, what):
    assert get(port, f"/api/runs/{urllib.parse.quote(run_id, safe='')}/{what}")[0].status == 404


@pytest.mark.parametrize(
    "query, status", [("after=x", 400), ("limit=x", 400), ("after=-99", 200), ("limit=-5", 200), ("after=9" + "9" * 30, 200)]
)
def test_odd_queries(port, store, query, status):
    run = make_run(store, 3, 2)
    assert get(port, f"/api/runs/{run.id}/frames?{query}")[0].status == status


def test_long_poll_waits_then_says_nothing_new(port, store, monkeypatch):
    wait, patience = Engine.wait_newer, []

    async def noted(engine, run_id, after, timeout):
        patience.append(timeout)
        return await wait(engine, run_id, after, timeout)

    monkeypatch.setattr(Engine, "wait_newer", noted)
    monkeypatch.setattr(recordings, "LONG_POLL", 0.6)
    run = make_run(store, 4, 1, state="running")
    answer, body = get(port, f"/api/runs/{run.id}/frames?after=0")
    assert (answer.status, body) == (204, b"")
    assert json.loads(answer.headers["X-Run"])["state"] == "running"
    assert get(port, f"/api/runs/{run.id}/frames?after=0&wait=0")[0].status == 204
    assert patience == [0.6, 0.0]
    monkeypatch.setattr(recordings, "LONG_POLL", 60.0)
    threading.Timer(0.2, lambda: run.write_bytes("frames/00001.bin", frame(1).pack())).start()
    assert [found.index for found in split(get(port, f"/api/runs/{run.id}/frames?after=0")[1])] == [1]


def test_a_run_that_is_about_to_be_made_is_waited_for_with_its_first_frame(port, store, monkeypatch):
    run_id = Recipe(seed=77).id
    monkeypatch.setattr(recordings, "FIRST", 0.3)
    answer, body = get(port, f"/api/runs/{run_id}/first")
    assert (answer.status, body, answer.headers["X-Run"]) == (204, b"", None)
    monkeypatch.setattr(recordings, "FIRST", 60.0)

    def begin():
        run = make_run(store, 77, 0, state="running")
        threading.Timer(0.3, lambda: run.write_bytes("frames/00000.bin", frame(0).pack())).start()

    threading.Timer(0.3, begin).start()
    answer, body = get(port, f"/api/runs/{run_id}/first")
    assert [found.index for found in split(body)] == [0]
    assert json.loads(answer.headers["X-Run"])["state"] == "running"


@pytest.mark.parametrize("state, message", [("queued", "In line: 3 before yours."), ("failed", "There was no memory."), ("stopped", "")])
def test_a_run_that_does_not_begin_now_says_so_at_once(port, store, monkeypatch, state, message):
    monkeypatch.setattr(recordings, "FIRST", 60.0)
    run = make_run(store, 78, 0, state=state)
    run.write_status(dataclasses.replace(run.status, message=message))
    answer, body = get(port, f"/api/runs/{run.id}/first")
    told = json.loads(answer.headers["X-Run"])
    assert (body, told["state"], told["message"]) == (b"", state, message)


def test_in_a_crowd_frames_gather_before_an_answer(port, store, monkeypatch):
    run = make_run(store, 5, 1, state="running")

    def shortly_after(seconds, index):
        threading.Timer(seconds, lambda: run.write_bytes(f"frames/{index:05d}.bin", frame(index).pack())).start()

    monkeypatch.setattr(recordings, "GATHER", 1.0)
    monkeypatch.setattr(Engine, "crowd", 1)
    monkeypatch.setattr(recordings, "LONGEST_GATHER", 1.0)
    shortly_after(0.2, 1)
    shortly_after(0.6, 2)
    assert [found.index for found in split(get(port, f"/api/runs/{run.id}/frames?after=0")[1])] == [1, 2]
    monkeypatch.setattr(Engine, "crowd", 0)
    shortly_after(0.2, 3)
    shortly_after(1.0, 4)
    assert [found.index for found in split(get(port, f"/api/runs/{run.id}/frames?after=2")[1])] == [3]
    until(lambda: run.frame_count == 5)


@pytest.mark.parametrize(
    "host, allowed",
    [
        ("localhost:8501", True), ("127.0.0.1", True), ("192.168.1.20:8501", True), ("[::1]:8501", True), ("teacher-laptop", True),
        ("teacher-laptop.local:8501", True), ("evil.example.com", False), ("127.0.0.1.evil.com:8501", False), ("localhost.evil.com", False),
    ],
)  # fmt: skip
def test_foreign_host_names_are_refused(port, host, allowed):
    assert host_allowed(host) is allowed
    assert get(port, "/api/runs/x/probe", host)[0].status == (404 if allowed else 421)


def test_hosts_can_be_listed(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_HOSTS", "lab.example.org, other.example.org")
    assert host_allowed("LAB.example.org:443")
    assert not host_allowed("third.example.org")


# Streamlit, with polls that end only when somebody ends them: their time is never up, and a run that nobody trains is never given up.
PATIENT = """import sys
from jobs import pulses
from ui import recordings
recordings.LONG_POLL = pulses.SILENCE = 3600.0
sys.argv[0] = "streamlit"
from streamlit.web.cli import main
main()"""


def test_the_app_starts_and_ends_without_leaving_a_process(tmp_path):
    port = free_port()
    command = [sys.executable, "-c", PATIENT, "run", "app.py", "--server.port", str(port), "--server.address", "127.0.0.1"]
    run = Store(tmp_path, tmp_path).create(VAE)  # nobody trains it: a poll for it stays open
    with open(tmp_path / "log.txt", "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"LATENT_LAB_RUNS": str(tmp_path)}, stdout=log, stderr=log)
    try:
        until(lambda: _answers(port))
        answer, _ = get(port, "/api/runs/p-digits-vae/frames?limit=1")
        assert answer.status == 200
        assert answer.headers["Content-Encoding"] == "identity"
        assert get(port, "/", "evil.example.com")[0].status == 421
        until(lambda: len(psutil.Process(process.pid).children(recursive=True)) >= 3)
        children = psutil.Process(process.pid).children(recursive=True)
        answers = []
        poll = threading.Thread(target=lambda: answers.append(get(port, f"/api/runs/{run.id}/frames")[0].status))
        poll.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        poll.join(60)
        assert answers == [204]  # it was let go, not cut off
        _gone, alive = psutil.wait_procs(children, 60)
        assert not alive
    finally:
        process.kill()
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def _answers(port):
    try:
        return get(port, "/")[0].status == 200
    except OSError:
        return False


class Noting:
    """Middleware that keeps the paths of the requests that reach it."""

    met: ClassVar[list[str]] = []

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.met.append(scope["path"])
        await self.app(scope, receive, send)


def test_frames_pass_by_what_streamlit_puts_around_requests_and_nothing_else_does(store):
    run = make_run(store, 77, 1)
    frames = f"/api/runs/{run.id}/frames"
    with served(store, Middleware(Noting)) as port:
        answer, _ = get(port, frames)
        assert (answer.status, Noting.met) == (200, [])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"  # the guard stands before all
        assert get(port, frames, "evil.example.com")[0].status == 421
        assert get(port, "/api/other")[0].status == 404
        assert Noting.met == ["/api/other"]


def test_the_instrument_s_script_is_kept_by_browsers_until_it_changes(port):
    answer, body = get(port, f"/api/instrument/{latent_map.VERSION}.js")
    assert (answer.status, body.decode()) == (200, latent_map.script())
    assert "javascript" in answer.headers["Content-Type"]
    assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert get(port, f"/api/instrument/{'0' * 16}.js")[0].status == 404


def test_streamlits_scripts_are_served_whole_and_to_be_kept(port):
    paths = sorted(scripts.FOLDER.glob("*/*"))
    assert {path.parent.name for path in paths} >= {"js", "css", "media"}
    kinds = {".js": "javascript", ".css": "text/css", ".woff2": "font/woff2"}
    for ending, kind in kinds.items():
        for path in [path for path in paths if path.suffix == ending][:3]:
            ours = first_paint.STYLE.encode() if path.match("css/index.*.css") else b""
            answer, body = get(port, f"/static/{path.parent.name}/{path.name}")
            assert answer.status == 200
            assert body == path.read_bytes() + ours
            assert kind in answer.headers["Content-Type"]
            assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_scripts_go_squeezed_to_other_machines(port):
    path = next(scripts.FOLDER.glob("js/index.*.js"))
    for address, whole in (
        (f"/static/js/{path.name}", path.read_bytes()),
        (f"/api/instrument/{latent_map.VERSION}.js", latent_map.WHOLE.encode()),
    ):
        answer, body = get(port, address, "192.168.1.7", **{"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(body) < len(whole) / 3
        assert gzip.decompress(body) == whole


@pytest.mark.parametrize("name", ["js/none.js", "../index.html", "js/../../index.html", "%2e%2e/index.html", "/etc/passwd", "js", ""])
def test_nothing_but_streamlits_scripts_is_served_as_such(port, name):
    assert get(port, f"/static/{name}")[0].status == 404


def test_below_a_base_path_routes_and_scripts_are_there_too(store, monkeypatch):
    monkeypatch.setattr(shortcut.config, "get_option", {"server.baseUrlPath": "lab/"}.__getitem__)
    run = make_run(store, 77, 2)
    with served(store) as port:
        for path in (
            f"/lab/api/runs/{run.id}/frames",
            f"/lab/api/instrument/{latent_map.VERSION}.js",
            f"/lab/static/{next(iter(scripts._there()))}",
        ):
            answer, body = get(port, path)
            assert (answer.status, bool(body)) == (200, True), path
            assert "html" not in answer.headers["content-type"]
        assert get(port, f"/api/runs/{run.id}/frames")[0].status == 200  # for a proxy that takes the path away


def test_somebody_else_gets_a_new_cookie_if_the_lab_s_own_page_asks(port):
    secret = "0" * 32
    for site, status in (("same-origin", 200), ("cross-site", 403), (None, 403)):
        asked = {"Cookie": f"{COOKIE}={secret}"} | ({"Sec-Fetch-Site": site} if site else {})
        answer, _ = get(port, "/api/newcomer", **asked)
        cookies = answer.headers.get_all("Set-Cookie") or []
        assert answer.status == status
        assert len(cookies) == (status == 200)
        assert all(secret not in cookie for cookie in cookies)
    script = Path(app_server.__file__).with_name("notebook.js").read_text(encoding="utf-8")
    assert f'"{newcomer.NOTEBOOK}"' in script
