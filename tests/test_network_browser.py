"""A browser of another machine, on a network that a class shares: a name below localhost is one to the lab, and Chromium finds it here."""

from playwright.sync_api import expect
from screen import drawn, fine, sized, watched

ENOUGH = 2_000_000  # bytes of a first page; unsqueezed, its scripts alone have more
CHARTS = "PlotlyChart."


class Arrivals:
    """What came over the wire, by address: bytes, and how it was packed. What the browser had kept does not count."""

    def __init__(self, page):
        self.bytes, self.packed = {}, {}
        self._asked = {}
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.responseReceived", self._begin)
        network.on("Network.loadingFinished", self._end)

    def _begin(self, event):
        answer = event["response"]
        if not (answer.get("fromDiskCache") or answer.get("fromPrefetchCache")):
            self._asked[event["requestId"]] = answer["url"]
            self.packed[answer["url"]] = answer["headers"].get("content-encoding", "")

    def _end(self, event):
        if url := self._asked.pop(event["requestId"], None):
            self.bytes.setdefault(url, []).append(event["encodedDataLength"])

    def of(self, part):
        """Bytes of each arrival of the addresses that hold this."""
        return [size for url, sizes in self.bytes.items() if part in url for size in sizes]


CAME = f"performance.getEntriesByType('resource').some((one) => one.name.includes('{CHARTS}') && one.responseEnd > 0)"


def test_scripts_come_squeezed_and_what_draws_charts_comes_before_a_page_needs_it(browser, server):
    with watched(browser, server.replace("localhost", "lab.localhost"), sized(1280, 900)) as page:
        wire = Arrivals(page)
        page.goto("/")
        drawn(page)
        page.wait_for_function(CAME)
        page.wait_for_load_state("networkidle")
        scripts = {url: how for url, how in wire.packed.items() if url.endswith((".js", ".css"))}
        assert len(scripts) > 50
        assert set(scripts.values()) == {"gzip"}
        (charts,) = wire.of(CHARTS)
        assert sum(wire.of("")) - charts < ENOUGH
        page.get_by_test_id("stSidebarNavLink").get_by_text("Compare latent spaces").click()
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        fine(page)
        assert wire.of(CHARTS) == [charts]


def test_on_this_machine_nothing_is_squeezed_or_fetched_ahead(page):
    wire = Arrivals(page)
    page.goto("/")
    drawn(page)
    page.wait_for_load_state("networkidle")
    assert wire.of(CHARTS) == []
    assert {how for url, how in wire.packed.items() if url.endswith((".js", ".css"))} == {""}
    fine(page)
