"""The lesson on a Bayesian decoder: what is said follows from the runs, and the map follows the knob."""

import re

import pytest
from test_lessons import answer, open_lesson, said

from ui import text

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


@pytest.mark.parametrize("section, changes", [("scatter-less", {}), ("scatter-more", {"codes": 0.1})])
def test_what_is_said_of_the_code_follows_from_the_runs(bench, section, changes):
    bench.changes = {"bayes": changes}
    app = answer(open_lesson("bayes"), "bayes", "empty")
    assert text.bare(WORDS[section].split("]]")[-1]) in text.bare(said(app))
