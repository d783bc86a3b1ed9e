"""What the lab takes of a machine before anybody uses it.

python -m benchmarks.idle [--seconds 20]

Prints the processor time that the app's process and the processes that train took to start, the memory of the largest two of these, which
are the workers, and the share of one core that all take once they are at rest.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.serving import app, machine

STARTED = 30  # seconds after which every process is up and has imported what it needs


def processor_times(processes):
    """Seconds of processor time that these took so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    print(machine())
    with tempfile.TemporaryDirectory() as folder, app(Path(folder), None) as (_, process, _):
        time.sleep(STARTED)
        server = psutil.Process(process.pid)
        training = server.children(recursive=True)
        before = processor_times([server]), processor_times(training)
        megabytes = sorted(process.memory_info().rss / 2**20 for process in training)[-2:]
        print(f"to start: the app {before[0]:.1f} s of processor time, the processes that train {before[1]:.1f} s")
        print("memory of the workers: " + ", ".join(f"{size:.0f} MB" for size in megabytes))
        time.sleep(seconds)
        after = processor_times([server]), processor_times(training)
        served, trained = ((b - a) / seconds for a, b in zip(before, after, strict=True))
        print(f"of one core, at rest: the app {served:.1%}, {len(training)} processes that train {trained:.1%}")


if __name__ == "__main__":
    main()
