"""What browsers of other machines are told to fetch ahead."""

import asyncio
import re

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from ui.early import Early
from ui.scripts import FOLDER


def linked(host, answer):
    """The header ``Link`` of an answer to whoever asked for this host."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}
    asyncio.run(Early(answer)(scope, receive, send))
    return dict(sent[0]["headers"]).get(b"link", b"").decode()


@pytest.mark.parametrize("host", ["192.168.1.7:8501", "lab.local"])
def test_a_page_names_the_script_that_draws_charts_and_all_that_it_needs(host):
    links = linked(host, HTMLResponse("<p>"))
    named = re.findall(r"<\./static/js/([\w.-]+\.js)>; rel=prefetch; as=script", links)
    assert len(named) == len(links.split(", ")) == len(set(named))
    assert any(name.startswith("PlotlyChart.") for name in named)
    in_page = set(re.findall(r"[\w.-]+\.js", (FOLDER.parent / "index.html").read_text()))
    assert not in_page & set(named)
    for name in named:
        needs = re.findall(r'(?:from|import)"\./([\w.-]+\.js)"', (FOLDER / "js" / name).read_text())
        assert set(needs) <= in_page | set(named)


@pytest.mark.parametrize(
    ("host", "answer"), [("localhost:8501", HTMLResponse("<p>")), ("[::1]:8501", HTMLResponse("<p>")), ("lab.local", PlainTextResponse(""))]
)
def test_neither_this_machine_nor_what_is_no_page_is_told(host, answer):
    assert linked(host, answer) == ""
