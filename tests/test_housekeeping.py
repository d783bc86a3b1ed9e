"""What is put in order while the server runs."""

import gc
import threading

from ui import housekeeping


def test_a_disk_that_fails_once_does_not_end_the_looking(monkeypatch):
    looked, over = [], threading.Event()

    def sweep(root):
        looked.append(root)
        if len(looked) == 1:
            raise OSError(24, "Too many open files")
        over.set()

    monkeypatch.setattr(housekeeping, "SWEEP_EVERY", 0.01)
    monkeypatch.setattr(housekeeping.own_data, "sweep", sweep)
    housekeeping.sweep(over)
    assert len(looked) == 2


def test_what_was_there_at_the_start_is_set_aside_unless_the_server_ends_first(monkeypatch):
    monkeypatch.setattr(housekeeping, "SETTLED", 0.0)
    over = threading.Event()
    before = gc.get_freeze_count()
    try:
        housekeeping.set_aside(over)
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()
    over.set()
    housekeeping.set_aside(over)
    assert gc.get_freeze_count() == 0
