"""What travels to the browser while a pair trains, against what travels when the finished pair is opened."""

import re
import time

from playwright.sync_api import expect
from screen import FIRST, every, fine, sized, watched
from traffic import Traffic

MOST = 2.5  # times as many bytes of frames live as once they are finished, when they are packed together
IDLE_RATE = 20  # bytes of networks a ms and run, as in ui/components/latent_map/feed.js
NETWORK = 40_000  # bytes of one, without its encoder
WHOLE = "c.recording.status?.state == 'done' && c.recording.contiguous + 1 == c.recording.status.frames"
DONE = f"!c.run.id.startsWith('p-') && {WHOLE}"
RENAME = f"""() => {{
    const host = {FIRST}, {{ colors, panels }} = host;
    const runs = host.columns.map(({{ run }}) => ({{ ...run, title: "renamed" }}));
    const paint = {{ class_colors: colors, prior_color: colors.prior, spread_color: colors.spread }};
    host.arrange({{ runs, panels, transport: "poll", shared_axes: true, ...paint }});
    host.columns.forEach(({{ feed }}) => feed.start()); }}"""


def ours(counts):
    """Without what comes of the pretrained pair, which the page shows first."""
    return {name: count for name, count in counts.items() if not name[0].startswith("p-")}


def test_train_draws_anew_what_stands_below_it_and_no_more(page):
    said = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda message: said.append(message)))
    page.goto("/train?epochs=1000&seed=32")
    every(page, "c.frame")
    expect(page.get_by_text("The training engine is")).to_be_hidden(timeout=60_000)  # the whole page is drawn when it is ready
    page.wait_for_timeout(1500)
    said.clear()
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.frame")
    page.wait_for_url(re.compile("runs="))  # the address, too, follows at once
    page.wait_for_function(f"!{FIRST}.headstart.pending")  # the page has told of the runs that are on the screen already
    runs = page.evaluate(f"{FIRST}.columns.map(c => c.run.id)")
    assert page.url.split("runs=")[1].split("%2C") == runs
    assert any(b"latent_map" in message for message in said)
    assert not any(b"Choose another model" in message for message in said)
    assert sum(map(len, said)) < 30_000  # the instrument's script alone has six times as much
    page.get_by_role("button", name="Stop", exact=True).click()
    every(page, "c.recording.status.state == 'stopped'")
    fine(page)


def test_only_new_frames_travel_while_a_pair_trains(page, browser, server):
    live = Traffic(page)
    page.goto("/train?epochs=60&seed=31")
    page.get_by_role("button", name="Train", exact=True).click()
    began = time.monotonic()
    every(page, "!c.run.id.startsWith('p-') && c.frame?.step > 0")
    page.get_by_role("spinbutton", name="Epochs").fill("61")  # the page is drawn again meanwhile
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    every(page, f"{DONE} && c.network")
    page.wait_for_timeout(1500)
    took = 1000 * (time.monotonic() - began)

    count = page.evaluate(f"{FIRST}.columns.map(c => c.recording.frames.length)")
    runs = page.evaluate(f"{FIRST}.columns.map(c => c.run.id)")
    frames = ours(live.frames())
    assert frames == {(run, index): 1 for run, length in zip(runs, count, strict=True) for index in range(length)}
    weights = ours(live.weights)
    assert set(weights.values()) == {1}

    before = live.bytes.total()
    page.evaluate(RENAME)
    every(page, f"c.run.title == 'renamed' && c.network && {DONE}")
    page.wait_for_timeout(800)
    assert ours(live.frames()) == frames
    assert ours(live.weights) == weights
    assert live.bytes.total() < before + 2000
    fine(page)

    with watched(browser, server, sized(1280, 900)) as other:
        opened = Traffic(other)
        other.goto(f"/train?runs={','.join(runs)}")
        every(other, f"{DONE} && c.network")
        other.wait_for_timeout(800)
        assert ours(opened.frames()) == frames  # here, too, each once
        at_once, bit_by_bit = opened.by_kind(), live.by_kind()
    print(f"live {live}, opened {opened}, in {took:.0f} ms")
    early = bit_by_bit.pop("weights") - at_once.pop("weights")  # networks of frames on the way, of which nobody is at the map
    assert early < len(runs) * (IDLE_RATE * took + NETWORK)
    assert bit_by_bit.total() < MOST * at_once.total()


def test_another_page_with_the_same_runs_needs_none_of_their_frames_again(page):
    traffic = Traffic(page)
    page.goto("/")
    every(page, f"c.network && {WHOLE}")
    before, weights = dict(traffic.frames()), dict(traffic.weights)
    assert before
    home = "Two machines that learn to draw digits"
    for title, heading in (("Train live", "Train live"), ("Home", home), ("Train live", "Train live")):
        page.get_by_test_id("stSidebarNavLink").get_by_text(title).click()
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        every(page, f"c.network && {WHOLE}")
        page.wait_for_timeout(500)
    assert dict(traffic.frames()) == before
    assert dict(traffic.weights) == weights
    fine(page)


def test_the_decoded_picture_follows_a_run_also_while_nobody_is_at_the_map(page):
    page.goto("/train?epochs=2000&seed=33")
    page.get_by_role("button", name="Train", exact=True).click()
    every(page, "!c.run.id.startsWith('p-') && c.recording.active && c.network")
    first = page.evaluate(f"{FIRST}.columns.map(c => c.network.step)")
    later = f"{FIRST}.columns.every((c, i) => c.recording.active && c.network.step > {first}[i] + 100)"
    page.wait_for_function(later, timeout=15_000)  # that is more often than every twenty seconds
    page.get_by_role("button", name="Stop", exact=True).click()
    every(page, "c.recording.status.state == 'stopped'")
    fine(page)
