"""How this process's memory is handed out, where the GNU C library does it; elsewhere nothing is changed."""

import contextlib
import ctypes

TRIM, MMAP, ARENAS = -1, -3, -8  # of mallopt(3)
KEPT, LARGEST_KEPT = 128 << 20, 32 << 20  # bytes
FEW = 2


def keep_what_is_freed() -> None:
    """Freed memory is kept for what is needed next: for workers.

    Dask has its workers give it back at once. A batch is larger than what is then kept, so each update, and each frame, would ask the
    system for new pages again, which takes about as long as the arithmetic.
    """
    _set({TRIM: KEPT, MMAP: LARGEST_KEPT})


def share_arenas() -> None:
    """All threads take memory from two stores: for the app, whose threads are many and run Python one at a time.

    By default each gets a store of its own, up to eight a core, and each keeps what its thread once needed.
    """
    _set({ARENAS: FEW})


def _set(values: dict[int, int]) -> None:
    with contextlib.suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in values.items():
            mallopt(name, value)
