"""What a process has one of: callers that come first together get the same."""

import importlib.util
import threading

import pytest


@pytest.mark.parametrize("name, kind", [("bench", "Bench"), ("downloads", "Downloads"), ("engine", "Engine"), ("fillings", "Fillings")])
def test_two_who_ask_first_get_the_same(name, kind):
    spec = importlib.util.find_spec(f"jobs.{name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)  # as in a process that has just begun
    get, got = getattr(module, f"get_{name}"), []
    second = threading.Thread(target=lambda: got.append(get()))

    class OneOf:
        def __init__(self, *_):
            if not second.ident:
                second.start()
                second.join(1)  # or until it waits for us

    if name != "engine":
        module.get_engine = lambda: None
    setattr(module, kind, OneOf)
    first = get()
    second.join()
    assert got == [first]
    assert get() is first
