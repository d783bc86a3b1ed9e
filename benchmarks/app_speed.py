"""How fast the app answers, in a real browser on this machine.

python -m benchmarks.app_speed [--mnist DIR]

Prints medians: start → first page, a rerun, the app process's memory, click → first frame, frames a second while a pair trains,
pointer → picture in the browser, and Stop → stopped. Beside them stands what each is measured against, taken in the same run.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from benchmarks.pace import Pace
from benchmarks.plain_client import PlainClient
from benchmarks.serving import app, machine

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from chromium import launch  # noqa: E402

MAP = "globalThis.__latentMaps?.[0]"
PAGES = ("", "train", "compare", "explore", "losses")
WINDOW = 2000  # ms for which the browser is busy with a new window
EMPTY = "import streamlit as st\n\nst.title('Empty')\n"

# From the click on Train until a frame of a run that was not on the screen before is drawn, by the browser's own clock.
TRAINED = """async (before) => {
  const begin = performance.now();
  document.querySelector(".st-key-train button").click();
  const fresh = (column) => column.frame && !before.includes(column.run.id);
  while (!globalThis.__latentMaps?.[0]?.columns.some(fresh)) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""


def drawn(page, count=2):
    """Wait until ``count`` models are on the screen with a frame each."""
    page.wait_for_function(f"{MAP}?.columns.length >= {count} && {MAP}.columns.every(c => c.frame)", timeout=60_000, polling=10)


def first_page(browser, started, there):
    """Seconds from a start until what ``there`` waits for is on the page."""
    with browser.new_context() as context:
        page = context.new_page()
        page.wait_for_timeout(WINDOW)
        with started as (address, _, begin):
            page.goto(address)
            there(page)
            return time.perf_counter() - begin


def first_pages(browser, folder, count=5):
    """Seconds from start to: an empty Streamlit page, our trained pair. Each start is cold; the window is open, its cache empty."""
    (folder / "empty").mkdir()
    (folder / "empty" / "app.py").write_text(EMPTY)
    empty, ours = [], []
    for _ in range(count):
        empty.append(first_page(browser, app(folder, None, folder / "empty"), lambda page: page.get_by_test_id("stHeading").wait_for()))
        ours.append(first_page(browser, app(folder, None), drawn))
    return empty, ours


def rerun_medians(address):
    """Milliseconds of a rerun of each page, seen by a client that draws nothing: medians by page."""
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright keeps this thread's event loop running
        return elsewhere.submit(asyncio.run, _rerun_medians(address)).result()


async def _rerun_medians(address, count=15):
    medians = {}
    for name in PAGES:
        client = await PlainClient.join(address)
        await client.rerun(name)
        await asyncio.sleep(1)
        medians[name or "home"] = statistics.median([(await client.rerun(name))[0] for _ in range(count)])
        client.leave()
    return medians


def drawn_times(page, count=15):
    """Milliseconds from the browser's message about a click to the last that it reads, while it also draws the charts; by its own clock."""
    sent, received = [], []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameSent", lambda event: sent.append(event["timestamp"]))
    network.on("Network.webSocketFrameReceived", lambda event: received.append(event["timestamp"]))
    page.goto("/explore")
    drawn(page)
    page.goto("/losses")
    page.wait_for_selector(".js-plotly-plot")
    page.wait_for_timeout(1500)
    toggle = page.get_by_test_id("stButtonGroup").first.get_by_role("button")
    toggle = toggle if toggle.count() else page.get_by_role("radio")
    times = []
    for index in range(count):
        sent.clear()
        received.clear()
        toggle.nth(index % 2).click()
        page.wait_for_timeout(700)
        if sent and received:
            times.append((received[-1] - sent[0]) * 1e3)
    network.detach()
    return times


def train(page, query):
    """Click Train; returns seconds to the first frame on the screen, and frames a second until the end."""
    page.goto(f"/train?{query}")
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.wait_for_timeout(2500)
    first = page.evaluate(TRAINED, page.evaluate(f"{MAP}?.columns.map(c => c.run.id)") or []) / 1e3
    page.wait_for_function(f"{MAP}.columns.every(c => c.recording.status?.state == 'running' && c.frame)", timeout=60_000, polling=10)
    start, count = time.perf_counter(), page.evaluate(f"{MAP}.columns.map(c => c.recording.frames.length)")
    last = f"{MAP}.columns.some(c => c.recording.status?.step >= c.recording.status?.total_steps)"
    page.wait_for_function(last, timeout=600_000, polling=10)
    seconds, later = time.perf_counter() - start, page.evaluate(f"{MAP}.columns.map(c => c.recording.frames.length)")
    rate = [(b - a) / seconds for a, b in zip(count, later, strict=True)]
    page.wait_for_function(f"{MAP}.columns.every(c => c.recording.status?.state == 'done')", timeout=60_000)
    return first, min(rate)


def pointer_times(page):
    """Milliseconds of script from a pointer's move to the decoded picture, and between screen frames while dragging."""
    page.goto("/")
    drawn(page)
    box = page.locator("canvas[role=application]").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(f"{MAP}.stats.draws.splice(0)")
    gaps = page.evaluate_handle(
        """() => { const stamps = [];
                   const next = (now) => { stamps.push(now); globalThis.__raf = requestAnimationFrame(next); };
                   requestAnimationFrame(next);
                   return stamps; }"""
    )
    for step in range(120):
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.4 * (step % 60) / 60), box["y"] + box["height"] * 0.5)
    page.mouse.up()
    stamps = gaps.json_value()
    page.evaluate("cancelAnimationFrame(globalThis.__raf)")
    return page.evaluate(f"{MAP}.stats.draws"), [b - a for a, b in itertools.pairwise(stamps)]


def stop_time(page, seed):
    """Seconds from a click on Stop until both runs are seen stopped."""
    start_long(page, seed)
    begin = time.perf_counter()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_function(f"{MAP}.columns.every(c => c.recording.status?.state == 'stopped')", polling=10)
    return time.perf_counter() - begin


def start_long(page, seed):
    """Start a pair that trains for minutes, and wait until it does."""
    page.goto(f"/train?epochs=2000&seed={seed}")
    page.get_by_role("button", name="Train", exact=True).click()
    running = f"{MAP}?.columns.length == 2 && {MAP}.columns.every(c => c.recording.status?.state == 'running' && c.frame?.step > 0)"
    page.wait_for_function(running, timeout=60_000)
    page.wait_for_timeout(500)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, help="folder that holds (or will hold) MNIST")
    mnist = parser.parse_args().mnist
    print(f"{machine()}; medians")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, Pace() as pace:
        browser = launch(playwright.chromium)
        empty, ours = first_pages(browser, Path(folder))
        print(f"start → an empty Streamlit page         {statistics.median(empty):6.2f} s   (what the framework takes)")
        print(f"start → trained pair on the screen      {statistics.median(ours):6.2f} s   (target 2 s)")
        with app(Path(folder), mnist) as (address, process, _):
            page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}).new_page()
            page.goto("/")
            drawn(page)
            page.wait_for_timeout(8000)
            draws, gaps = pointer_times(page)
            print(f"pointer → picture, script               {statistics.median(draws):6.2f} ms  (a screen frame: 16.7 ms)")
            slow = sorted(gaps)[int(0.95 * len(gaps))]
            print(f"between screen frames while dragging    {statistics.median(gaps):6.2f} ms  p95 {slow:.1f} ms")
            for name, median in rerun_medians(address).items():
                print(f"{f'a rerun of {name}':<40}{median:6.1f} ms  (target 50 ms)")
            times = drawn_times(page)
            print(f"click on Losses → rerun read and drawn  {statistics.median(times):6.1f} ms")
            seeds = range(int(time.time()) % 10**6, 10**9)
            results = [train(page, f"seed={seed}") for seed, _ in zip(seeds, range(3), strict=False)]
            print(f"click → first frame, digits             {statistics.median(r[0] for r in results):6.2f} s   (target 0.3 s)")
            print(f"frames a second while a pair trains     {statistics.median(r[1] for r in results):6.1f}     (target 4)")
            if mnist:
                query = "data=mnist&train_size=10000&hidden=256-128&batch_size=128&epochs=20"
                first, rate = train(page, f"{query}&seed={next(iter(seeds))}")
                print(f"click → first frame, MNIST 10,000       {first:6.2f} s   (its files read from disk)")
                first, rate = train(page, f"{query}&seed={next(iter(seeds)) + 1}")
                print(f"click → first frame, MNIST again        {first:6.2f} s   (target 0.5 s)")
                print(f"frames a second, MNIST 10,000           {rate:6.1f}     (target 4)")
            start_long(page, 990)
            busy = rerun_medians(address)
            page.get_by_role("button", name="Stop", exact=True).click()
            print(f"a rerun while two runs train            {max(busy.values()):6.1f} ms  (the slowest page)")
            stops = [stop_time(page, seed) for seed in (991, 992, 993)]
            print(f"Stop → stopped on the screen            {statistics.median(stops):6.2f} s   (target 0.5 s)")
            memory = psutil.Process(process.pid).memory_info().rss / 2**20
            print(f"memory of the app process after all this{memory:6.0f} MB  (target 150 MB)")
        browser.close()
    print(pace)


if __name__ == "__main__":
    main()
