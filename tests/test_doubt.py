"""The lesson on the width of clouds: what is said only if it was measured."""

import re

import pytest
from test_lessons import answer, open_lesson, said

from ui import text

WORDS, COMMON = text.sections("doubt"), text.sections("lesson")


def start(section):
    """The words of a section before its first figure."""
    return text.bare(re.split(r"\[\[", WORDS[section])[0])


@pytest.mark.parametrize("kind", ["clean", "blurred", "covered"])
def test_each_kind_of_image_can_be_looked_at(bench, kind):
    app = answer(open_lesson("doubt"), "doubt", "same")
    app.segmented_control(key="doubt_kind").set_value(kind).run()
    assert not app.exception
    assert f"What the VAE is shown: {WORDS[kind]}" in [one.value for one in app.caption]


@pytest.mark.parametrize(
    "changes", [{"noise_best": 0.9}, {"noise_best": 0.4, "clean_best": 0.4}, {"noise_steep": 0.1}, {"noise_off": 0.01}, {"noise": 0.9}]
)
def test_the_explanation_is_given_only_if_all_of_it_was_measured(bench, changes):
    app = answer(open_lesson("doubt"), "doubt", "same")
    assert start("why-asked") in text.bare(said(app))
    bench.changes = {"doubt": changes}
    app.run()
    assert start("why-asked") not in text.bare(said(app))
    assert text.bare(COMMON["why-other"]) in text.bare(said(app))


@pytest.mark.parametrize(
    "outcome, changes", [("seldom", {}), ("coin", {"wider": 0.5}), ("nearly", {"wider": 0.97}), ("between", {"wider": 0.8})]
)
def test_whether_a_wide_cloud_is_an_alarm_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"doubt": changes}
    app = answer(answer(open_lesson("doubt"), "doubt", "same"), "doubt", "coin", "transfer")
    assert not app.exception
    assert text.bare(WORDS[f"found-{outcome}"].split("]]")[-1]) in text.bare(said(app))


@pytest.mark.parametrize("section, changes", [("pixels-more", {}), ("pixels-less", {"noise_far": 0.5})])
def test_the_sentence_beside_the_finding_follows_from_the_runs(bench, section, changes):
    bench.changes = {"doubt": changes}
    app = answer(open_lesson("doubt"), "doubt", "same")
    assert text.bare(WORDS[section].split("]]")[-1]) in text.bare(said(app))
