"""Dragging in the latent map of a 784-pixel model while it trains, and the same gesture the classic Streamlit way, in one run.

python -m benchmarks.latent_map --mnist DIR [--only-payload]

The map shows 2,000 points and their ellipses; frame times are the gaps between calls of requestAnimationFrame. The classic way is
``benchmarks/classic_slider.py``: st.slider, decode on the server, st.image.
"""

import argparse
import itertools
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.app_speed import MAP, ROOT, app, launch  # isort: skip  (its folder of tests is needed next)
from traffic import Traffic  # isort: skip

DRAG_STEPS = 240
RELEASES = 10
PAYLOAD_QUERY = "data=mnist&train_size=10000&hidden=256-128&batch_size=128&epochs=5"
QUERY = "data=mnist&train_size=10000&hidden=256-128&batch_size=128&epochs=1000"


def percentile(values, part):
    """The value below which ``part`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


@contextmanager
def frame_gaps(page):
    """Collects milliseconds between screen frames until the end of the block."""
    stamps = page.evaluate_handle(
        """() => { const stamps = [];
                   const next = (now) => { stamps.push(now); globalThis.__raf = requestAnimationFrame(next); };
                   globalThis.__raf = requestAnimationFrame(next);
                   return stamps; }"""
    )
    gaps = []
    yield gaps
    gaps += [b - a for a, b in itertools.pairwise(stamps.json_value())]
    page.evaluate("cancelAnimationFrame(globalThis.__raf)")


def start_training(page):
    """Train a pair on MNIST; returns when both run and their maps are full."""
    page.goto(f"/train?{QUERY}&seed={int(time.time()) % 10**6}")
    page.get_by_role("button", name="Train", exact=True).click()
    running = f"{MAP}?.columns.length == 2 && {MAP}.columns.every(c => c.recording.status?.state == 'running' && c.frame?.step > 100)"
    page.wait_for_function(running, timeout=180_000)
    page.wait_for_function(f"{MAP}.columns.every(c => c.network)")
    page.evaluate(f"{MAP}.toolbar.show.ellipses || {MAP}.toolbar.press('E')")
    page.wait_for_timeout(2000)


def drag(page):
    """Drag over the VAE's map; returns gaps between screen frames, times of script a frame, pictures decoded, and seconds."""
    canvas = page.locator("canvas[role=application]").nth(1)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(f"{MAP}.stats.draws.splice(0)")
    before, begin = page.evaluate(f"{MAP}.stats.decodes"), time.perf_counter()
    with frame_gaps(page) as gaps:
        for step in range(DRAG_STEPS):
            turn = abs((step % 80) / 40 - 1)
            page.mouse.move(box["x"] + box["width"] * (0.2 + 0.6 * turn), box["y"] + box["height"] * (0.3 + 0.4 * step / DRAG_STEPS))
    seconds = time.perf_counter() - begin
    page.mouse.up()
    return gaps, page.evaluate(f"{MAP}.stats.draws"), page.evaluate(f"{MAP}.stats.decodes") - before, seconds


def payload(browser, address):
    """Train a short pair on MNIST and open it again; prints what travels in either case."""
    page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}).new_page()
    live = Traffic(page)
    page.goto(f"/train?{PAYLOAD_QUERY}&seed={int(time.time()) % 10**6}")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{MAP}?.columns.every(c => !c.run.id.startsWith('p-') && c.recording.status?.state == 'done')", timeout=300_000)
    page.wait_for_timeout(1500)
    frames, points = page.evaluate(f"[{MAP}.columns.map(c => c.recording.frames.length), {MAP}.columns.map(c => c.recording.probe.count)]")
    runs = page.evaluate(f"{MAP}.columns.map(c => c.run.id).join()")
    page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}).new_page()
    opened = Traffic(page)
    page.goto(f"/train?runs={runs}")
    whole = f"{MAP}?.columns.length == 2 && {MAP}.columns.every(c => c.network && c.recording.contiguous + 1 == c.recording.status.frames)"
    page.wait_for_function(whole, timeout=60_000)
    page.wait_for_timeout(1000)
    print(f"payload: {frames} frames, {points} points, 784 pixels, d = 2")
    print(f"  the finished pair, opened            {opened}   (3 MB)")
    sent = Counter({frame: count for frame, count in live.frames().items() if frame[0] in runs})
    print(f"  the pair followed while it trains    {live}, {len(sent)} frames, {sent.total() - len(sent)} of them again,")
    print(f"                                       {live.by_kind().total() / opened.by_kind().total():.2f} times as much")


def wait_healthy(address):
    """Wait until a Streamlit app answers."""
    for _ in range(600):
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the classic app did not start")


@contextmanager
def classic(weights, folder):
    """The classic app; yields its address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "benchmarks/classic_slider.py", "--server.port", str(port), "--", str(weights)]
    with (folder / "classic.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ.copy(), stdout=log, stderr=log)
        try:
            wait_healthy(f"http://localhost:{port}")
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def drag_slider(page):
    """Drag the classic slider; returns gaps between screen frames, pictures seen in the drag, and ms from each release to its picture."""
    page.get_by_test_id("stImage").locator("img").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(
        """() => { globalThis.__seen = [];
                   const look = () => { const image = document.querySelector('[data-testid=stImage] img');
                                        if (image?.complete && image.src !== globalThis.__src) {
                                          globalThis.__src = image.src; globalThis.__seen.push(performance.now()); }
                                        requestAnimationFrame(look); };
                   look(); }"""
    )
    track = page.get_by_test_id("stSlider").first.get_by_role("slider")
    waits, gaps, pictures = [], [], 0
    for turn in range(RELEASES):
        box = track.bounding_box()
        frame = page.get_by_test_id("stSlider").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        seen = page.evaluate("__seen.length")
        with frame_gaps(page) as new:
            target = frame["x"] + frame["width"] * (0.15 if turn % 2 else 0.85) + 3 * turn
            page.mouse.move(target, box["y"], steps=DRAG_STEPS // RELEASES)
        pictures += page.evaluate("__seen.length") - seen
        gaps += new
        released = page.evaluate("performance.now()")
        count = page.evaluate("__seen.length")
        page.mouse.up()
        page.wait_for_function(f"__seen.length > {count}", polling=5, timeout=30_000)
        waits.append(page.evaluate("__seen.at(-1)") - released)
        page.wait_for_timeout(300)
    return gaps, pictures, waits


def line(what, gaps):
    """One row of the table."""
    print(f"{what:<42} {statistics.median(gaps):7.1f} ms   p95 {percentile(gaps, 0.95):7.1f} ms")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, required=True, help="folder that holds MNIST")
    parser.add_argument("--only-payload", action="store_true", help="count bytes, time nothing")
    arguments = parser.parse_args()
    mnist = arguments.mnist
    print(f"{platform.machine()}, {os.cpu_count()} cores, 1280×800, two models train meanwhile")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, app(Path(name), mnist) as (address, _, _):
        folder = Path(name)
        browser = launch(playwright.chromium)
        payload(browser, address)
        if arguments.only_payload:
            return
        page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}).new_page()
        start_training(page)
        points = page.evaluate(f"{MAP}.columns.map(c => c.recording.probe.count)")
        gaps, draws, decodes, seconds = drag(page)
        busy = page.evaluate(f"{MAP}.columns.every(c => c.recording.status.state == 'running')")
        print(f"latent map: {points[1]} points, ellipses {page.evaluate(f'{MAP}.show.ellipses')}, still training: {busy}")
        line("  between screen frames  (16.7, 33)", gaps)
        line("  script of a frame", draws)
        print(f"  pictures a second in the drag             {decodes / seconds:7.1f}")
        weights = max((folder / "runs").glob("*/weights/*.bin"), key=lambda path: path.stat().st_mtime)
        with classic(weights, folder) as other:
            page = browser.new_context(base_url=other, viewport={"width": 1280, "height": 800}).new_page()
            page.goto("/")
            gaps, pictures, waits = drag_slider(page)
        print("st.slider → decode on the server → st.image")
        line("  between screen frames", gaps)
        line("  release → picture", waits)
        print(f"  pictures in {RELEASES} drags before the release      {pictures:7d}")
        browser.close()


if __name__ == "__main__":
    main()
