"""What stands on a page while it loads stays where it is, in a real browser."""

from screen import drawn, fine, on, sized

TOPS = """
    globalThis.tops = new Set();
    const look = () => {
      const title = document.querySelector("h1");
      if (title) tops.add(Math.round(title.getBoundingClientRect().top));
      requestAnimationFrame(look);
    };
    look();
"""


@on(sized(1280, 800), sized(390, 844, "dark"))
def test_the_title_is_painted_where_it_stays(page):
    page.add_init_script(TOPS)
    page.goto("/losses")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    assert page.evaluate("[...tops]") == [60]
    fine(page)


@on(sized(1280, 800), sized(390, 844, "dark"))
def test_what_stands_below_the_maps_is_not_seen_before_them(page):
    held = []
    page.route("**/api/instrument/*.js*", lambda route: held.append(route))
    page.goto("/explore")
    below = page.get_by_text("What to look for")
    below.wait_for(timeout=60_000)
    board = page.locator(".latent-map")
    assert page.locator(".st-key-explore").bounding_box()["height"] >= 640
    assert board.evaluate("node => getComputedStyle(node, '::before').content") == '"Loading…"'
    assert below.bounding_box()["y"] > page.viewport_size["height"]
    page.wait_for_timeout(200)
    while held:
        held.pop().continue_()
    drawn(page)
    assert board.evaluate("node => getComputedStyle(node, '::before').content") == "none"
    fine(page)
