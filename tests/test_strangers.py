"""Clothes among digits: offered where the data are not there, asked, and said what came."""

import pytest
import small_sets
from test_lessons import answer, open_lesson, said

from ui import notebook, strangers, text
from ui.notebook_page import entries
from vae_core.catalogue import CATALOGUE
from vae_core.experiments import EXPERIMENTS

WORDS = text.sections("odd")


@pytest.fixture
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    return tmp_path


def test_without_the_data_the_page_offers_them_and_asks_nothing(bench, data):
    app = answer(open_lesson("odd"), "odd", "near")
    assert not app.exception
    assert "MNIST and Fashion-MNIST" in said(app)
    assert {"fetch_mnist", "fetch_fashion-mnist"} <= {one.key for one in app.button}
    assert not [one for one in app.radio if one.key == "odd_further_choice"]
    small_sets.write(data)
    app.run()
    assert app.button(key="odd_further").disabled
    assert not app.get("plotly_chart")[1:]


@pytest.mark.parametrize(
    "outcome, changes", [("alarm", {"bound_clothes": 0.97}), ("weak", {"bound_clothes": 0.7}), ("blind", {"bound_clothes": 0.3})]
)
def test_what_is_said_of_strangers_follows_from_the_runs(bench, data, outcome, changes):
    small_sets.write(data)
    bench.changes = {"strangers": changes}
    app = answer(answer(open_lesson("odd"), "odd", "near"), "odd", outcome, "further")
    assert not app.exception
    assert text.bare(WORDS[f"found-{outcome}"].split("[[")[0]) in text.bare(said(app))
    assert f"{changes['bound_clothes']:.3f}"[:4] in app.session_state[notebook.NOTES]["odd"]["further_finding"]
    app.button(key="odd_further_again").click().run()
    assert set(app.session_state[notebook.NOTES]["odd"]) == {"prediction", "outcome", "finding", "runs"}


def test_nothing_is_decided_with_one_repetition(bench, data):
    small_sets.write(data)
    app = answer(open_lesson("odd"), "odd", "near")
    bench.done = 1
    app = answer(app, "odd", "blind", "further")
    assert text.bare(WORDS["found-wait"].split("[[")[0]) in text.bare(said(app))
    assert bench.followed[-1][0] in ("odd", "strangers")


def test_the_notebook_holds_both_predictions_of_the_page(monkeypatch):
    noted = {"prediction": "near", "finding": "One.", "further": "blind", "further_finding": "Two."}
    monkeypatch.setattr(notebook, "note", lambda page, field: noted.get(field) if page == "odd" else None)
    (entry,) = entries()
    assert [name for name, _ in entry.lines] == ["predicted", "found", "predicted", "found"]
    assert entry.lines[-1] == ("found", "Two.")
    assert notebook.checked('{"odd": {"further": "blind", "further_finding": "Two."}}')["odd"] == {
        "further": "blind",
        "further_finding": "Two.",
    }


def test_the_experiment_needs_what_the_page_asks_for(data):
    assert {source.name for source in strangers.missing()} == {recipe.data for recipe in EXPERIMENTS["strangers"].recipes(0).values()}
    small_sets.write(data)
    assert not strangers.missing()
    assert all(CATALOGUE[name].present(data) for name in ("mnist", "fashion-mnist"))
