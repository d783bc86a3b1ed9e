"""What workers do before their first run."""

import os
import subprocess
import sys

import pytest

FAULTS = """
import resource, torch
from jobs.preload import keep_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(100):
        torch.ones(500_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
keep_memory()
faults()
print(before, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Dask sets the GNU C library's allocator, which is Linux's")
def test_memory_is_kept_although_dask_asks_to_give_it_back():
    run = subprocess.run(
        [sys.executable, "-c", FAULTS], env=os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}, capture_output=True, text=True, check=True
    )
    before, after = map(int, run.stdout.split())
    assert before > 100 * 400  # each tensor's 488 pages are new ones
    assert after < 1000
