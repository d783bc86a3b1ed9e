"""How memory is handed out."""

import os
import subprocess
import sys

import pytest

FAULTS = """
import resource, torch
from jobs.allocator import keep_what_is_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(100):
        torch.ones(500_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
keep_what_is_freed()
faults()
print(before, faults())
"""

ARENAS = """
import ctypes, os, re, tempfile, threading
from jobs.allocator import share_arenas

def arenas():
    barrier = threading.Barrier(6)
    def work():
        barrier.wait()
        kept.append(bytearray(1000))
        barrier.wait()
    kept, threads = [], [threading.Thread(target=work) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    with tempfile.NamedTemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        return len(re.findall("<heap nr", open(file.name).read()))

if SHARED: share_arenas()
print(arenas())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Dask sets the GNU C library's allocator, which is Linux's")
def test_memory_is_kept_although_dask_asks_to_give_it_back():
    run = subprocess.run(
        [sys.executable, "-c", FAULTS], env=os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}, capture_output=True, text=True, check=True
    )
    before, after = map(int, run.stdout.split())
    assert before > 100 * 400  # each tensor's 488 pages are new ones
    assert after < 1000


@pytest.mark.skipif(sys.platform != "linux", reason="arenas are the GNU C library's")
def test_the_apps_threads_share_two_arenas():
    shared, alone = (int(subprocess.check_output([sys.executable, "-c", ARENAS.replace("SHARED", choice)])) for choice in ("True", "False"))
    assert (shared, alone > 2) == (2, True)
