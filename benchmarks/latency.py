"""How long a student waits, p50 and p95 over 20, in a real browser on this machine.

python -m benchmarks.latency [--count 20]

- *start*: from the start of the app's process until a trained pair can be dragged, in a window that is open, its cache empty;
- *page switch*: from the click on a page in the sidebar until its title stands on the screen;
- *first frame*: from the click on *Train* (digits, a new seed each) until a frame of the new runs is drawn;
- *age of a frame*: from the moment at which a frame stands whole in the store until it is drawn, for each frame that is drawn while
  pairs train. The way from the worker to the store is not in it.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.app_speed import MAP, TRAINED, drawn, first_page, launch
from benchmarks.load import percentile
from benchmarks.pace import Pace
from benchmarks.serving import app, machine

TITLES = ("Train live", "Compare latent spaces", "Explore a latent space", "Losses", "Models")
EPOCHS = 60

# When the title of the page has become another one, by the browser's own clock.
SWITCHED = """async ([title, begin]) => {
  const there = () => [...document.querySelectorAll("h1")].some((one) => one.innerText.trim() === title);
  while (!there()) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""
CLICK = """([label, key]) => {
  const links = [...document.querySelectorAll(`[data-testid="${key}"]`)];
  const begin = performance.now();
  links.find((link) => link.innerText.includes(label)).click();
  return begin;
}"""

# Notes when each frame of each run is first seen on the screen, in seconds since the epoch.
WATCH = """() => {
  const seen = (globalThis.__seen = {});
  const look = () => {
    for (const column of globalThis.__latentMaps?.[0]?.columns ?? []) {
      if (!column.frame || !column.recording.active) continue;
      seen[`${column.run.id}/${column.frame.index}`] ??= Date.now() / 1000;
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def starts(browser, folder, count):
    """Seconds from each start to a draggable pair."""
    return [first_page(browser, app(folder, None), drawn) for _ in range(count)]


def switches(page, count):
    """Milliseconds of each turn to another page; each page was seen before."""
    times = []
    for turn in range(count + len(TITLES)):
        title = TITLES[turn % len(TITLES)]
        begin = page.evaluate(CLICK, [title, "stSidebarNavLink"])
        times.append(page.evaluate(SWITCHED, [title, begin]))
        page.wait_for_timeout(1000)
    return times[len(TITLES) :]


def first_frames(page, count):
    """Milliseconds from each click on Train to the first drawn frame; and when each frame was first seen."""
    for seed in range(count):
        page.goto(f"/train?epochs={EPOCHS}&seed={seed + 1}")
        page.get_by_role("button", name="Train", exact=True).wait_for()
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        before = page.evaluate(f"{MAP}?.columns.map(c => c.run.id)")
        first = page.evaluate(TRAINED, before)
        page.wait_for_function(f"{MAP}.columns.every(c => c.recording.status?.state == 'done')", timeout=60_000)
        yield first, page.evaluate("globalThis.__seen")


def ages(store, seen):
    """Milliseconds between a frame's last writing and its drawing."""
    for name, drawn_at in seen.items():
        run, index = name.split("/")
        file = store / run / "frames" / f"{int(index):05d}.bin"
        if file.exists():
            yield (drawn_at - file.stat().st_mtime) * 1e3


def told(label, values, unit, target):
    """Print one line."""
    form = "6.2f" if unit == "s" else "6.0f"
    middle, slow = (f"{percentile(values, part):{form}} {unit}" for part in (0.5, 0.95))
    print(f"{label:<28} p50 {middle}  p95 {slow}  of {len(values):4}  (target {target})")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    count = parser.parse_args().count
    print(machine())
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, Pace() as pace:
        folder, browser = Path(name), launch(playwright.chromium)
        told("start → draggable pair", starts(browser, folder, count), "s", "2 s")
        with app(folder, None) as (address, _, _):
            page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}).new_page()
            page.goto("/")
            drawn(page)
            page.wait_for_timeout(8000)
            told("page switch", switches(page, count), "ms", "100 ms")
            found = list(first_frames(page, count))
            told("click → first frame, digits", [first for first, _ in found], "ms", "300 ms")
            told("age of a frame when drawn", [age for _, seen in found for age in ages(folder / "runs", seen)], "ms", "100 ms")
        browser.close()
    print(pace)


if __name__ == "__main__":
    main()
