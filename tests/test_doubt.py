"""The lesson on doubt: its second half, and what is said only if it was measured."""

import re

import pytest
from test_lessons import answer, open_lesson, said

from ui import notebook, text

WORDS, COMMON = text.sections("doubt"), text.sections("lesson")


def start(section):
    """The words of a section before its first figure."""
    return text.bare(re.split(r"\[\[", WORDS[section])[0])


@pytest.mark.parametrize(
    "outcome, changes", [("empty", {}), ("codes", {"on": 0.2}), ("level", {"on": 0.07, "off": 0.072}), ("wait", {"on": 0.057})]
)
def test_where_decoders_disagree_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"doubt": changes}
    app = answer(answer(open_lesson("doubt"), "doubt", "same"), "doubt", "codes", "further")
    assert not app.exception
    assert text.bare(WORDS[f"found-{outcome}"].split("]]")[-1]) in text.bare(said(app))
    assert (COMMON["as-said"] in said(app)) == (outcome == "codes")


def test_the_eight_decoders_follow_the_knob(bench):
    app = answer(answer(open_lesson("doubt"), "doubt", "same"), "doubt", "empty", "further")
    seen = {one.value for one in app.markdown if one.value.startswith(start("painted"))}
    for place in (1, 4, 8):
        app.select_slider(key="doubt_place").set_value(place).run()
        assert not app.exception
        seen |= {one.value for one in app.markdown if one.value.startswith(start("painted"))}
    assert len(seen) == 4


@pytest.mark.parametrize("kind", ["clean", "blurred", "covered"])
def test_each_kind_of_image_can_be_looked_at(bench, kind):
    app = answer(open_lesson("doubt"), "doubt", "same")
    app.segmented_control(key="doubt_kind").set_value(kind).run()
    assert not app.exception
    assert f"What the VAE is shown: {WORDS[kind]}" in [one.value for one in app.caption]


@pytest.mark.parametrize("changes", [{"noise_best": 0.9}, {"noise_best": 0.735, "clean_best": 0.735}, {"agree": 0.5}, {"noise": 0.9}])
def test_the_explanation_is_given_only_if_all_of_it_was_measured(bench, changes):
    app = answer(open_lesson("doubt"), "doubt", "same")
    assert start("why-asked") in text.bare(said(app))
    bench.changes = {"doubt": changes}
    app.run()
    assert start("why-asked") not in text.bare(said(app))
    assert text.bare(COMMON["why-other"]) in text.bare(said(app))


@pytest.mark.parametrize("outcome, changes", [("calm", {}), ("alarm", {"lost": 0.09}), ("unsure", {"lost": 0.0695})])
def test_whether_decoders_notice_noise_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"doubt": changes}
    app = answer(answer(answer(open_lesson("doubt"), "doubt", "same"), "doubt", "empty", "further"), "doubt", "alarm", "transfer")
    assert not app.exception
    assert text.bare(WORDS[f"found-{outcome}"].split("]]")[-1]) in text.bare(said(app))
    assert WORDS["strays"] in said(app)


@pytest.mark.parametrize(
    "section, changes", [("pixels-more", {}), ("pixels-less", {"noise_far": 0.5}), ("scatter-less", {}), ("scatter-more", {"codes": 0.1})]
)
def test_the_sentences_beside_the_findings_follow_from_the_runs(bench, section, changes):
    bench.changes = {"doubt": changes}
    app = answer(answer(open_lesson("doubt"), "doubt", "same"), "doubt", "empty", "further")
    assert text.bare(WORDS[section].split("]]")[-1]) in text.bare(said(app))


def test_nothing_is_said_of_the_second_half_before_it_is_guessed(bench):
    app = answer(open_lesson("doubt"), "doubt", "same")
    assert "further" not in app.session_state[notebook.NOTES]["doubt"]
    assert WORDS["map"] not in said(app)
