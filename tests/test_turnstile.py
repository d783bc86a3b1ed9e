"""Pages take turns, and none waits for ever."""

import threading
import time

import pytest
from test_data_page import upload
from test_pages import open_page
from uploads import a_zip

from ui import turnstile
from ui.turnstile import aside, one_at_a_time
from vae_core import own_images


def free():
    """Whether another page could pass now."""
    found = []

    def ask():
        if turnstile._turnstile.acquire(blocking=False):
            turnstile._turnstile.release()
            found.append(True)

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    return bool(found)


def test_pages_are_drawn_one_after_the_other(monkeypatch):
    monkeypatch.setattr(turnstile, "PATIENCE", 60.0)
    inside, most = [], []

    def draw():
        with one_at_a_time():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    pages = [threading.Thread(target=draw) for _ in range(10)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert most == [1] * 10


def test_a_page_that_takes_long_holds_nobody_up_for_long(monkeypatch):
    monkeypatch.setattr(turnstile, "PATIENCE", 0.05)
    inside, over = threading.Event(), threading.Event()

    def draw_long():
        with one_at_a_time():
            inside.set()
            over.wait(60)

    slow = threading.Thread(target=draw_long)
    slow.start()
    assert inside.wait(60)
    with one_at_a_time():
        assert slow.is_alive()
    over.set()
    slow.join()
    with one_at_a_time():  # what was not taken was not given back
        assert not free()
    assert free()


def test_a_page_that_ends_badly_lets_the_next_one_in():
    with pytest.raises(ZeroDivisionError), one_at_a_time():
        _ = 1 / 0
    assert free()


class Noted:
    """A lock, and whether each who asked for it has got it."""

    def __init__(self, lock):
        self.lock, self.got = lock, []

    def acquire(self, timeout):
        self.got.append(self.lock.acquire(timeout=timeout))
        return self.got[-1]

    def release(self):
        self.lock.release()


def test_a_part_of_a_page_passes_with_its_page(monkeypatch):
    noted = Noted(turnstile._turnstile)
    with monkeypatch.context() as while_drawn:
        while_drawn.setattr(turnstile, "_turnstile", noted)
        with one_at_a_time(), one_at_a_time():
            pass
    assert noted.got == [True, True]
    with one_at_a_time():
        with one_at_a_time():
            pass
        assert not free()  # the page is still being drawn
    assert free()


def test_a_page_that_steps_aside_lets_others_pass_and_is_drawn_on_alone():
    with one_at_a_time():
        with one_at_a_time(), aside():
            assert free()
        assert not free()
        with pytest.raises(ZeroDivisionError), aside():
            _ = 1 / 0
        assert not free()
    assert free()
    with aside():  # whoever has not passed
        assert free()


def test_a_page_that_stepped_aside_waits_no_longer_than_others(monkeypatch):
    inside, over = threading.Event(), threading.Event()

    def draw_long():
        with one_at_a_time():
            inside.set()
            over.wait(30)

    slow = threading.Thread(target=draw_long)
    with one_at_a_time():
        with aside():
            slow.start()
            inside.wait(30)
            monkeypatch.setattr(turnstile, "PATIENCE", 0.02)
        assert turnstile._mine.count == 0
    over.set()
    slow.join()
    assert free()


def test_others_pass_while_an_upload_is_read(engine, monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    read, found = own_images.read, []

    def watched(*args):
        found.append(free())
        return read(*args)

    monkeypatch.setattr(own_images, "read", watched)
    upload(open_page("data"), [("a.zip", a_zip("ab", 12))])
    assert found == [True]
