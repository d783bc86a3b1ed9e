"""Keeps room on the disk while the lab runs."""

import logging
import threading

from jobs import bench
from jobs.engine import Engine
from jobs.quota import Quota

logger = logging.getLogger(__name__)

EVERY = 5.0  # seconds between looks whether more runs are stored than may be


def keep_room(over: threading.Event, engine: Engine, quota: Quota) -> None:
    """Remove what broken-off uploads left, and the oldest runs where there are too many, again and again until ``over``."""
    while not over.is_set():
        try:
            engine.store.sweep()
            quota.enforce(engine.discard, bench.in_use())
        except (OSError, TimeoutError) as error:
            logger.warning("Room for runs could not be made: %s", error)
        over.wait(EVERY)
