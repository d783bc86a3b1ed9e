"""The lesson on a Bayesian decoder: what is said follows from the runs, and the map follows the knob."""

import re

import pytest
import torch
from test_lessons import answer, open_lesson, said

from ui import text
from vae_core.build import build
from vae_core.data import load
from vae_core.distributions import draw
from vae_core.experiments import bayes
from vae_core.experiments.trained import Trained

WORDS = text.sections("bayes")


def start(section):
    """The words of a section before its first figure."""
    return text.bare(re.split(r"\[\[", WORDS[section])[0])


def test_the_eight_decoders_follow_the_knob(bench):
    app = answer(open_lesson("bayes"), "bayes", "empty")
    seen = {one.value for one in app.markdown if one.value.startswith(start("painted"))}
    for place in (1, 4, 8):
        app.select_slider(key="bayes_place").set_value(place).run()
        assert not app.exception
        seen |= {one.value for one in app.markdown if one.value.startswith(start("painted"))}
    assert len(seen) == 4


@pytest.mark.parametrize("outcome, changes", [("calm", {}), ("alarm", {"lost": 0.09}), ("unsure", {"lost": 0.0695})])
def test_whether_decoders_notice_noise_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"bayes": changes}
    app = answer(answer(open_lesson("bayes"), "bayes", "empty"), "bayes", "alarm", "transfer")
    assert not app.exception
    assert text.bare(WORDS[f"found-{outcome}"].split("]]")[-1]) in text.bare(said(app))
    assert WORDS["strays"] in said(app)


def test_the_code_stays_a_point_by_construction(bench, tmp_path):
    """The page says so as a fact, not as a finding: two encodings of the same digits are equal."""
    recipe = bayes.recipes(0)["bayes"]
    data = load(recipe, tmp_path)
    encoder = Trained(recipe, build(recipe, data.probe.shape), data)
    one, other = (draw(encoder.posterior(data.test[:5]), torch.Generator().manual_seed(seed)) for seed in (0, 1))
    torch.testing.assert_close(one, other, rtol=0, atol=0)
    assert WORDS["code"] in said(answer(open_lesson("bayes"), "bayes", "empty"))
