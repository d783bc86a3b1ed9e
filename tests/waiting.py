"""Waiting for what other threads and processes do."""

import time


def until(condition, seconds=60.0):
    """Return once it is true; ``seconds`` only keep a test from hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)
