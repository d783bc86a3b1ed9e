"""The HTTP side: binary routes beside the pages, and what happens when the server starts and ends.

What takes long to import is imported once the port is open, while the browser loads Streamlit's own scripts.
"""

import gc
import inspect
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.allocator import share_arenas
from jobs.descriptors import allow_many
from jobs.settings import check
from ui.address import announce, ask_nobody
from ui.guard import Guard
from ui.inflow import Inflow
from ui.promptness import send_at_once
from ui.scripts import SCRIPTS, let_pass
from ui.search_path import hold_still
from ui.shortcut import Shortcut

# What the first page needs; the table of emojis, for the page's icon, takes longest of all.
NEEDED_SOON = ("streamlit.emojis", "ui.state", "ui.notebook", "ui.live", "ui.recordings")
FIRST_PAGE = 2.0  # seconds that the first page has the machine to itself before the cluster's processes start


def _later(module: str, name: str) -> Callable[[Request], Awaitable[Response]]:
    """A function of a module that is imported, in a thread, when it is first asked for."""
    found: list[Callable[[Request], Awaitable[Response]]] = []

    async def answer(request: Request) -> Response:
        if not found:
            found.append(getattr(await run_in_threadpool(import_module, module), name))
        return await found[0](request)

    return answer


def _engine() -> Any:
    return import_module("jobs.engine").get_engine()


ROUTES = [
    Route("/api/runs/{id}/probe", _later("ui.recordings", "probe")),
    Route("/api/runs/{id}/frames", _later("ui.recordings", "frames")),
    Route("/api/runs/{id}/first", _later("ui.recordings", "first")),
    Route("/api/runs/{id}/weights/{index:int}", _later("ui.recordings", "weights")),
    Route("/api/runs/{id}/decode/{index:int}", _later("ui.recordings", "decode")),
    Route("/api/instrument/{version}.js", _later("ui.instrument", "instrument")),
    Route("/api/newcomer", _later("ui.newcomer", "newcomer")),
]
MIDDLEWARE = [Middleware(Guard), Middleware(Inflow), Middleware(Shortcut, routes=[*ROUTES, SCRIPTS])]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the cluster in the background; when the server ends, end it too."""
    gc.freeze()  # collections while the first page is drawn need not look at all that Streamlit has brought
    os.umask(0o077)  # who reads the name of a folder of private pictures or of a run can see what is in it
    check()
    hold_still()
    ask_nobody()
    share_arenas()
    allow_many()
    send_at_once()
    _hang_up_on_signals()
    threading.Thread(target=_prepare, name="latent-lab-imports", daemon=True).start()
    warming = threading.Timer(FIRST_PAGE, lambda: _engine().warm())
    warming.start()
    over = threading.Event()
    threading.Thread(target=_keep_house, args=(over,), name="latent-lab-housekeeping", daemon=True).start()
    threading.Thread(target=_keep_room, args=(over,), name="latent-lab-room", daemon=True).start()
    threading.Thread(target=_set_aside, args=(over,), name="latent-lab-settled", daemon=True).start()
    announce()
    try:
        yield
    finally:
        warming.cancel()
        over.set()
        await run_in_threadpool(lambda: _engine().close())


def _prepare() -> None:
    let_pass()
    for name in NEEDED_SOON:
        import_module(name)
    inspect.stack()  # Streamlit asks once who calls it; the first time, Python looks for each module's file, which takes 50 ms


def _keep_house(over: threading.Event) -> None:
    import_module("ui.housekeeping").sweep(over)


def _set_aside(over: threading.Event) -> None:
    import_module("ui.housekeeping").set_aside(over)


def _keep_room(over: threading.Event) -> None:
    """See that stored runs stay within their shares, once the first page was drawn."""
    over.wait(FIRST_PAGE)
    from jobs.quota import Quota
    from jobs.room import keep_room

    engine = _engine()
    keep_room(over, engine, Quota.as_set(engine.store))


def _hang_up_on_signals() -> None:
    """Let long polls go when a signal ends the server, which otherwise waits for them before its lifespan ends."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(received: int, frame: Any, before: Any = before) -> None:
            _engine().hang_up()
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
