"""What browsers of other machines fetch ahead, once the first page has all that it needs.

Nearly every other page has charts, and what draws them is larger than all the rest: on a network that a class shares, a page that has to
wait for it stays empty for seconds.
"""

import re
from collections.abc import Iterator
from functools import cache

import streamlit as st

from ui.hosts import is_loopback
from ui.scripts import FOLDER

CHARTS = "js/PlotlyChart.*.js"
_HEAD = 20_000  # characters of a script within which it names those that it needs
_NEEDS = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')


def addresses() -> list[str]:
    """Where the browser of this session finds it, below the app's own address; nothing for a browser on this machine."""
    return [] if is_loopback(st.context.headers.get("Host") or "") else [f"static/js/{name}" for name in _for_charts()]


@cache
def _for_charts() -> tuple[str, ...]:
    """The script that draws charts, and those which it needs and the page does not name itself."""
    return tuple(_needed({*re.findall(r"[\w.-]+\.js", (FOLDER.parent / "index.html").read_text(encoding="utf-8"))}))


def _needed(known: set[str]) -> Iterator[str]:
    ahead = [path.name for path in FOLDER.glob(CHARTS)]
    while ahead:
        name = ahead.pop()
        if name not in known:
            known.add(name)
            yield name
            with (FOLDER / "js" / name).open(encoding="utf-8") as file:
                ahead += _NEEDS.findall(file.read(_HEAD))
