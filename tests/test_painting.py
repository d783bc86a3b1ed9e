"""A hole that a student paints: what a browser may send, how it is filled, and what the page says of it."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from test_bench import Answer
from test_lessons import answer, open_lesson, said

from jobs.engine import EngineError
from jobs.fillings import KEPT, Fillings
from jobs.store import Store
from ui import cached, text
from ui.components.painter import checked
from vae_core.build import build
from vae_core.data import load
from vae_core.experiments import hole
from vae_core.experiments.trained import Trained
from vae_core.figures import Figures
from vae_core.filling import WAYS, fill
from vae_core.splits import part

WORDS = text.sections("hole")
MASK = "1" + 63 * "0"
GONE = bytes([1, *(63 * [0])])


def trained():
    models = {}
    for label, recipe in hole.recipes(0).items():
        data = load(recipe, Path("data"))
        models[label] = Trained(recipe, build(recipe, data.probe.shape), data)
    return models


def test_what_is_seen_stays_and_the_error_is_that_inside_the_hole():
    models = trained()
    x, mean = models["ae"].data.test[3], models["ae"].data.train.mean(0)
    gone = hole.missing((2, 5, 1, 7))
    found = fill(models, 3, gone)
    for way in WAYS:
        assert found.arrays[way].shape == (64,)
        kept = torch.from_numpy(found.arrays[way])[~gone]
        torch.testing.assert_close(kept, (x[~gone] * 255).round().to(torch.uint8))
    assert found.numbers["mean"] == pytest.approx(float((mean - x)[gone].square().mean().sqrt()))
    twin = replace(models["ae"].data, train_part=part(x.repeat(hole.NEAREST, 1).numpy(), np.zeros(hole.NEAREST)))
    assert fill({**models, "ae": replace(models["ae"], data=twin)}, 3, gone).numbers["near"] < 1e-6


def test_all_pixels_may_be_missing_and_at_least_one_must_be():
    models = trained()
    assert np.isfinite(list(fill(models, 0, torch.ones(64, dtype=torch.bool)).numbers.values())).all()
    for image, gone in ((0, torch.zeros(64)), (400, torch.ones(64)), (-1, torch.ones(64)), (0, torch.ones(63))):
        with pytest.raises(ValueError, match="not a hole"):
            fill(models, image, gone.bool())


@pytest.mark.parametrize("sent", [None, 3, "", "01", 64 * "2", 65 * "0", ["1"] * 64])
def test_what_is_no_hole_is_none(sent):
    assert not checked(sent, 64).any()
    assert checked(MASK, 64).tolist() == [True] + 63 * [False]


class FakeEngine:
    """Fills every hole alike, when it is told to."""

    def __init__(self, store):
        self.store, self.asked, self.answer = store, 0, Answer(Figures({"mean": 0.5}).pack())

    def compute(self, function, *args, key):
        self.asked += 1
        return self.answer


@pytest.fixture
def fillings(recordings):
    store = Store(recordings["runs"], recordings["pretrained"])
    for name in ("ae", "vae"):
        (recordings["pretrained"] / f"digits-{name}" / "model.safetensors").write_bytes(b"weights")
    fillings = Fillings(FakeEngine(store))
    fillings.engine = fillings._engine
    return fillings


RUNS = {"ae": "p-digits-ae", "vae": "p-digits-vae"}


def test_a_hole_is_filled_once_and_remembered(fillings):
    for _ in range(2):
        assert fillings.ask(RUNS, 0, GONE, 1.0).numbers == {"mean": 0.5}
    assert fillings.engine.asked == 1
    fillings.ask(RUNS, 1, GONE, 1.0)
    assert fillings.engine.asked == 2
    for image in range(2, KEPT + 2):
        fillings.ask(RUNS, image, GONE, 1.0)
    assert len(fillings._known) == KEPT


def test_a_hole_that_takes_long_is_asked_for_once(fillings):
    body, fillings.engine.answer = fillings.engine.answer, Answer(status="pending")
    slow = fillings.engine.answer
    assert fillings.ask(RUNS, 0, GONE, 0.05) is None
    assert fillings.ask(RUNS, 0, GONE, 0.0) is None
    assert fillings.engine.asked == 1
    slow.status, slow._body = "finished", body._body
    assert fillings.ask(RUNS, 0, GONE, 0.0).numbers == {"mean": 0.5}


def test_a_hole_that_nobody_asks_for_any_more_is_let_go(fillings, monkeypatch):
    monkeypatch.setattr("jobs.fillings.PATIENCE", 0.1)
    gone, fillings.engine.answer = [], Answer(status="pending")
    fillings.engine.answer.release = lambda: gone.append("released")
    assert fillings.ask(RUNS, 0, GONE, 0.0) is None
    time.sleep(0.2)
    assert fillings.ask(RUNS, 1, GONE, 0.0) is None
    assert gone == ["released"]
    assert len(fillings._asked) == len(fillings._heard) == 1


def test_a_hole_waits_for_a_cluster_that_is_on_its_way(fillings):
    fillings.engine.answer = None
    assert fillings.ask(RUNS, 0, GONE, 0.05) is None
    assert fillings.ask(RUNS, 0, GONE, 0.05) is None
    assert fillings.engine.asked == 2


def test_a_model_that_is_gone_and_a_worker_that_fails_are_said_plainly(fillings):
    with pytest.raises(EngineError, match="no longer there"):
        fillings.ask({"ae": "0" * 16}, 0, GONE, 1.0)
    fillings.engine.answer = Answer(error=MemoryError("none left"))
    with pytest.raises(EngineError, match="MemoryError"):
        fillings.ask(RUNS, 0, GONE, 1.0)
    fillings.engine.answer = Answer(Figures({"mean": 0.5}).pack())
    assert fillings.ask(RUNS, 0, GONE, 1.0)  # to ask again is to try again


class FakeFillings:
    def __init__(self, **numbers):
        self.asked, self.failure, self.slow = [], "", False
        self.figures = Figures(dict.fromkeys(WAYS, 0.4) | numbers, {way: np.zeros(64, np.uint8) for way in WAYS})

    def ask(self, runs, image, gone, patience):
        self.asked.append((image, gone))
        if self.failure:
            raise EngineError(self.failure)
        return None if self.slow else self.figures


def painted(monkeypatch, fake):
    monkeypatch.setattr(cached, "fillings", lambda: fake)
    app = answer(open_lesson("hole"), "hole", "near")
    assert not fake.asked
    assert WORDS["own-empty"] in said(app)
    app.session_state["hole_painter"] = {"gone": MASK}
    return app.run()


@pytest.mark.parametrize("numbers, section", [({"near": 0.1}, "own-best"), ({"masked": 0.1}, "own-best"), ({"mean": 0.1}, "own-worse")])
def test_what_is_said_of_a_painted_hole_follows_from_how_it_was_filled(bench, monkeypatch, numbers, section):
    fake = FakeFillings(**numbers)
    app = painted(monkeypatch, fake)
    assert not app.exception
    assert fake.asked[-1] == (0, GONE)
    best = min(fake.figures.numbers, key=fake.figures.numbers.get)
    assert (f"**{WORDS[best]}**" in said(app)) == (section == "own-best")
    assert ("nothing beats the mean image" in said(app)) == (section == "own-worse")
    app.segmented_control(key="hole_digit").set_value(4).run()
    assert fake.asked[-1] == (4, GONE)


def test_a_hole_that_cannot_be_filled_is_said_plainly_and_a_slow_one_waited_for(bench, monkeypatch):
    fake = FakeFillings()
    fake.failure = "The disk is *full*."
    app = painted(monkeypatch, fake)
    assert app.error[0].value == r"The disk is \*full\*\."
    fake.failure, fake.slow = "", True
    app.run()
    assert not app.exception
    assert WORDS["own-wait"] in said(app)
