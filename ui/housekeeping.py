"""What is put in order while the server runs."""

import threading

from jobs.clock import Clock
from jobs.settings import data_folder
from vae_core import own_data

SWEEP_EVERY = 3600.0  # seconds between looks for pictures that people brought and use no more


def sweep(over: threading.Event) -> None:
    """Remove pictures that nobody saved or used for a day: at the start, then again and again."""
    clock = Clock()
    while not over.is_set():
        if jump := clock.jumped():
            own_data.spare(data_folder(), jump)
        own_data.sweep(data_folder())
        over.wait(SWEEP_EVERY)
