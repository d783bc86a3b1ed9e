"""How fast the machine itself was while something was measured: where others share it, it may be half as fast a minute later."""

import threading
import time

EVERY = 0.25  # seconds
STEPS = 20_000  # of a loop that takes about a millisecond


class Pace:
    """``with Pace() as pace: …; print(pace)`` times a fixed loop again and again, in processor time."""

    def __init__(self):
        self._took = []
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._watching.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._watching.join()

    def __str__(self):
        took = sorted(self._took)
        best, half, most = took[0], took[len(took) // 2], took[int(0.95 * (len(took) - 1))]
        return f"meanwhile a fixed loop took {best:.2f} ms at best, p50 / p95 {half / best:.2f} / {most / best:.2f} times that"

    def _watch(self):
        while not self._over.wait(EVERY):
            begin = time.thread_time()
            sum(step * step for step in range(STEPS))
            self._took.append((time.thread_time() - begin) * 1e3)
