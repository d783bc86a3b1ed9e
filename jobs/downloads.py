"""Data sets that are being fetched into the data folder: each once, however many sessions ask for it. No torch is needed.

A download belongs to the process, not to a page or session. Other processes that want the same set wait at its lock (``vae_core.mnist``).
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from jobs.settings import data_folder
from vae_core.catalogue import entry
from vae_core.splits import NoData

logger = logging.getLogger(__name__)


class CancelledError(RuntimeError):
    """Somebody wants this download no more."""


@dataclass
class Download:
    """One data set on its way.

    Attributes:
        share: of its bytes that are here, 0 to 1.
        text: what goes on besides, such as "Unpacking MNIST."; empty while bytes come.
        over: whether it has ended.
        problem: why it ended early; empty if it did not.
    """

    share: float = 0.0
    text: str = ""
    over: bool = False
    problem: str = ""
    cancelled: threading.Event = field(default_factory=threading.Event)

    def tell(self, text: str) -> None:
        """Note what goes on. Raises: CancelledError."""
        self._check()
        self.text = text

    def hear(self, share: float) -> None:
        """Note how much is here. Raises: CancelledError."""
        self._check()
        self.share, self.text = share, ""

    def _check(self) -> None:
        if self.cancelled.is_set():
            raise CancelledError


class Downloads:
    """The downloads of this process; ``get_downloads`` gives them."""

    def __init__(self, root: Callable[[], Path] = data_folder) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._all: dict[str, Download] = {}

    def start(self, name: str) -> Download:
        """Fetch a data set in the background, or join the download of it that goes on already."""
        with self._lock:
            current = self._all.get(name)
            if current is not None and not current.over:
                return current
            download = self._all[name] = Download()
        threading.Thread(target=self._run, args=(name, download), name=f"download-{name}", daemon=True).start()
        return download

    def get(self, name: str) -> Download | None:
        """The latest download of a data set, or None if nobody asked for it."""
        return self._all.get(name)

    def cancel(self, name: str) -> None:
        """End a download; what has come so far is kept, and gone on from next time."""
        download = self._all.get(name)
        if download is not None and not download.over:
            download.cancelled.set()
            download.problem, download.over = "This download was stopped. What has come so far is kept.", True

    def _run(self, name: str, download: Download) -> None:
        problem = ""
        try:
            entry(name).fetch(self._root(), download.tell, download.hear)
        except CancelledError:
            return
        except NoData as error:
            problem = str(error)
        except Exception as error:  # whatever it is, the page must not wait for ever
            logger.exception("The download of %s ended badly", name)
            problem = f"The download ended badly ({type(error).__name__}). Try again."
        if not download.over:
            download.problem, download.over = problem, True


_downloads: Downloads | None = None
_downloads_lock = threading.Lock()


def get_downloads() -> Downloads:
    """The downloads of this process."""
    global _downloads
    with _downloads_lock:
        if _downloads is None:
            _downloads = Downloads()
        return _downloads
