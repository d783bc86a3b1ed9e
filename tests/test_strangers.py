"""Clothes among digits: offered where the data are not there, asked, and said what came."""

import re
import shutil

import pytest
import small_sets
from test_lessons import answer, open_lesson, said

from ui import text
from vae_core import mnist
from vae_core.catalogue import CATALOGUE
from vae_core.experiments import EXPERIMENTS

WORDS = text.sections("stranger")


@pytest.fixture
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    return tmp_path


def test_without_the_data_the_page_offers_them_and_asks_nothing(bench, data):
    app = open_lesson("stranger")
    assert not app.exception
    assert "MNIST and Fashion-MNIST" in said(app)
    offered = {one.key.removeprefix("fetch_") for one in app.button if one.key.startswith("fetch_")}
    assert offered == {recipe.data for recipe in EXPERIMENTS["strangers"].recipes(0).values()}
    assert not app.radio
    small_sets.write(data)
    assert all(CATALOGUE[name].present(data) for name in offered)
    app.run()
    assert app.button(key="stranger_prediction").disabled
    assert not bench.followed


def test_one_set_that_is_missing_is_offered_alone(bench, data):
    small_sets.write(data)
    shutil.rmtree(mnist.FASHION.folder(data))
    app = open_lesson("stranger")
    assert [one.key for one in app.button if one.key.startswith("fetch_")] == ["fetch_fashion-mnist"]
    assert not app.radio


@pytest.mark.parametrize(
    "section, changes",
    [
        ("found-cured", {"plain_clothes": 0.97}),
        ("found-better", {"plain_clothes": 0.7}),
        ("found-still", {"plain_clothes": 0.3}),
        ("found-between", {"plain_clothes": 0.5}),
    ],
)
def test_whether_it_is_the_grey_follows_from_the_runs(bench, data, section, changes):
    small_sets.write(data)
    bench.changes = {"strangers": changes}
    app = answer(answer(open_lesson("stranger"), "stranger", "blind"), "stranger", "better", "transfer")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", WORDS[section]):
        assert text.bare(part) in text.bare(said(app))
    assert f"{changes['plain_clothes']:.3f}"[:4] in said(app)


def test_what_black_and_white_does_is_not_told_before_the_answer(bench, data):
    small_sets.write(data)
    bench.changes = {"strangers": {"plain_clothes": 0.789}}
    app = answer(open_lesson("stranger"), "stranger", "blind")
    shown = said(app) + " ".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert "0.78" not in shown
    assert "0.79" not in shown


def test_with_one_repetition_the_last_question_stays_open_too(bench, data):
    small_sets.write(data)
    bench.done = 1
    app = answer(answer(open_lesson("stranger"), "stranger", "blind"), "stranger", "better", "transfer")
    assert text.bare(WORDS["found-early"].split("[[")[0]) in text.bare(said(app))
