"""Every experiment of the course and of the claims, fresh, as the app carries it out: seconds to the first figures, and to all repetitions.

python -m benchmarks.course [names]

Beside them the processor time that this and the engine's processes took, which a busy machine changes little.

Nothing is served from a store: runs and results go to a folder that is removed afterwards. Experiments whose data are not on this
machine are left out. Targets on two cores: the first figures within 20 s, most within 5 s; the whole course within 15 minutes.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from jobs.bench import Bench
from jobs.engine import Engine
from jobs.results import Results
from jobs.settings import data_folder
from jobs.store import Store
from vae_core.catalogue import entry
from vae_core.experiments import EXPERIMENTS

LOOK = 0.05  # seconds between looks


def processor():
    """Seconds that this process and those it started have computed."""
    own = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children(recursive=True)))


def carry_out(bench, name):
    """Seconds until the figures of the first seed are there, and of all of them; and how many runs that took."""
    began, first, runs = time.monotonic(), None, 0
    for seed in EXPERIMENTS[name].seeds:
        standing = bench.follow(name, seed, "benchmark")
        while standing.figures is None:
            assert not standing.failed, standing.message
            time.sleep(LOOK)
            standing = bench.follow(name, seed, "benchmark")
        runs += standing.total
        first = first or time.monotonic() - began
    return first, time.monotonic() - began, runs


def present(name):
    return all(entry(recipe.data).present(data_folder()) for recipe in EXPERIMENTS[name].recipes(0).values())


def main(names):
    total = computed = 0.0
    print(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}", flush=True)
    print(f"{'experiment':<16}{'runs':>6}{'first figures, s':>18}{'all seeds, s':>14}{'processor, s':>14}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        # The second store folder is empty: pretrained runs would be served.
        engine = Engine(Store(Path(folder) / "runs", Path(folder) / "none"))
        bench = Bench(engine, Results(Path(folder) / "results"))
        try:
            engine.warm()
            while engine.state == "starting":
                time.sleep(LOOK)
            for name in names or filter(present, EXPERIMENTS):
                before = processor()
                first, whole, runs = carry_out(bench, name)
                took = processor() - before
                total, computed = total + whole, computed + took
                print(f"{name:<16}{runs:>6}{first:>18.1f}{whole:>14.1f}{took:>14.1f}", flush=True)
        finally:
            bench.close()
            engine.close()
    print(f"{'together':<16}{'':>6}{'':>18}{total:>14.1f}{computed:>14.1f}; load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
