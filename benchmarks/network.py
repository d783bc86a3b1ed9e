"""What a first visit takes on a class's network, in a real browser.

python -m benchmarks.network [--megabits 2] [--latency 20] [--look 10]

Thirty browsers that share 60 Mbit/s have 2 each. Chromium holds itself to that, and calls the lab by a name that the lab takes for
another machine's. It opens the first page until a trained pair can be dragged; looks at it for ten seconds; turns to *Compare* until its
charts are drawn, and then to *Train live* until the pair is. Printed are the bytes that came for each, fonts and what came while it
looked included, and the seconds, beside those that the bytes alone need.
"""

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.app_speed import MAP, launch
from benchmarks.serving import app, machine

NAME = "lab.localhost"
PAIR = f"{MAP}?.columns.length == 2 && {MAP}.columns.every(c => c.frame && c.network)"
CHARTS = "document.querySelectorAll('.js-plotly-plot .main-svg').length >= 4"
SETTLED = 8  # seconds from the start until the processes that train are there


def until(page, condition):
    """Wait for what a script looks for."""
    page.wait_for_function(condition, timeout=300_000, polling=20)


class Wire:
    """A page's connection, held to a rate; ``bytes`` counts what came through it."""

    def __init__(self, page, megabits, latency):
        self.bytes = 0
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        rate = megabits * 1e6 / 8
        limits = {"offline": False, "latency": latency, "downloadThroughput": rate, "uploadThroughput": rate}
        network.send("Network.emulateNetworkConditions", limits)
        network.on("Network.loadingFinished", lambda event: self._count(event["encodedDataLength"]))
        network.on("Network.webSocketFrameReceived", lambda event: self._count(len(event["response"]["payloadData"]) * 3 / 4))

    def _count(self, size):
        self.bytes += size


def visit(browser, address, asked):
    """Each page in turn: what it is, bytes, seconds."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        wire = Wire(page, asked.megabits, asked.latency)
        begin = time.perf_counter()
        page.goto("/", timeout=300_000, wait_until="commit")
        until(page, PAIR)
        seconds = time.perf_counter() - begin
        page.wait_for_timeout(asked.look * 1000)
        yield "first page", wire.bytes, seconds
        for title, there in (("Compare latent spaces", CHARTS), ("Train live", PAIR)):
            before, begin = wire.bytes, time.perf_counter()
            page.get_by_test_id("stSidebarNavLink").get_by_text(title).click()
            page.get_by_role("heading", name=title, exact=True).wait_for(timeout=300_000)
            until(page, there)
            seconds = time.perf_counter() - begin
            page.wait_for_timeout(asked.look * 1000)
            yield title, wire.bytes - before, seconds


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabits", type=float, default=2)
    parser.add_argument("--latency", type=float, default=20, help="milliseconds")
    parser.add_argument("--look", type=float, default=10, help="seconds")
    asked = parser.parse_args()
    print(machine())
    print(f"{asked.megabits:g} Mbit/s, {asked.latency:g} ms")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        with app(Path(folder), None) as (address, _, _):
            time.sleep(SETTLED)
            for what, size, seconds in visit(browser, address.replace("localhost", NAME), asked):
                alone = size * 8e-6 / asked.megabits
                print(f"{what:22} {size / 1e6:5.2f} MB {seconds:6.1f} s  (the bytes alone {alone:5.1f} s)")
        browser.close()


if __name__ == "__main__":
    main()
