"""What is put in order while the server runs."""

import gc
import logging
import threading

from jobs.clock import Clock
from jobs.settings import data_folder
from vae_core import own_data

logger = logging.getLogger(__name__)

SETTLED = 8.0  # seconds after the start; by then what the first page and the cluster need is imported
SWEEP_EVERY = 3600.0  # seconds between looks for pictures that people brought and use no more


def sweep(over: threading.Event) -> None:
    """Remove pictures that nobody saved or used for a day: at the start, then again and again."""
    clock = Clock()
    while not over.is_set():
        try:
            if jump := clock.jumped():
                own_data.spare(data_folder(), jump)
            own_data.sweep(data_folder())
        except OSError as error:
            logger.warning("Pictures that nobody uses could not be looked for: %s", error)
        over.wait(SWEEP_EVERY)


def set_aside(over: threading.Event) -> None:
    """Have collections of garbage look no more at what was there when the app had started.

    That is nearly all there is, and each of the large collections, some ten a minute in a class, held everybody up for 0.2 s.
    """
    if not over.wait(SETTLED):
        gc.collect()
        gc.freeze()
