"""The ladder of priors: its rungs, its cards, and sentences that turn with the figures."""

import numpy as np
import pytest
from test_lessons import answer, open_lesson, said

from jobs.bench import Standing
from ui import notebook, own_prior, rungs, runs, text, thumbnails
from vae_core import wire
from vae_core.experiments import EXPERIMENTS, ladder
from vae_core.figures import Figures, Replicates

WORDS = text.sections("ladder")


def made_up(**changes):
    """Three repetitions in which all rungs are alike, but for ``changes``."""
    figures = []
    for seed in range(3):
        numbers = {f"{rung}_{name}": 1 + 0.001 * seed for rung in ladder.RUNGS for name in ladder.FIGURES}
        figures.append(Figures(numbers | {name: value + 0.001 * (seed % 2) for name, value in changes.items()}))
    return Replicates(figures)


def verdict(figures, rung, name):
    """What one line of the table of expectations says."""
    lines = [line for line in rungs.expectations(figures, WORDS).splitlines() if f"| {WORDS[f'rung-{rung}']} | {WORDS[name]} " in line]
    assert len(lines) == 1
    return lines[0].strip("|").split("|")[2].strip()


@pytest.mark.parametrize("rung, name, expects", rungs.EXPECTED)
def test_an_expectation_is_judged_by_the_figures(rung, name, expects):
    better, worse = (2.0, 0.5) if expects == "more" else (0.5, 2.0)
    assert verdict(made_up(**{f"{rung}_{name}": better}), rung, name) == WORDS["as-expected"]
    assert verdict(made_up(**{f"{rung}_{name}": worse}), rung, name) == WORDS["opposite"]
    assert verdict(made_up(), rung, name) == WORDS["unclear"]


def test_every_expectation_is_of_a_rung_and_a_figure_that_exist():
    assert all(rung in ladder.RUNGS and name in ladder.FIGURES for rung, name, _ in rungs.EXPECTED)
    assert not [row for row in rungs.EXPECTED if row[:2] == ("staged", ladder.BOUND)]


def test_the_page_turns_with_the_figures(bench):
    app = answer(open_lesson("ladder"), "ladder", "learned")
    before = said(app)
    bench.changes = {"ladder": {"flow_frechet": 0.001, "staged_frechet": 5.0}}
    app.run()
    assert app.session_state[notebook.NOTES]["ladder"]["outcome"] == "learned"
    assert text.sections("lesson")["as-said"] in said(app)
    assert said(app) != before
    bench.changes = {"ladder": {"normal_frechet": 0.0001}}
    app.run()
    assert app.session_state[notebook.NOTES]["ladder"]["outcome"] == "same"
    assert f"**{WORDS['rung-normal']}**" in app.session_state[notebook.NOTES]["ladder"]["finding"] or "N(0, I)" in said(app)


def test_the_rungs_fill_in_while_the_first_repetition_runs(bench):
    bench.done = 0
    app = answer(open_lesson("ladder"), "ladder", "same")
    assert not app.exception
    assert not app.get("plotly_chart")
    assert len(app.get("image")) == len(ladder.RUNGS)  # the fake bench says that all runs are there, and measured nothing
    bench.known = lambda name, seed: Standing(7, 1, {"normal": "p-digits-vae"})
    app.run()
    assert len(app.get("image")) == 1
    assert sum(one.value == WORDS["waiting"] for one in app.caption) == len(ladder.RUNGS) - 1


def test_another_data_set_is_another_experiment(bench):
    app = answer(open_lesson("ladder"), "ladder", "same")
    bench.done = 0
    app.segmented_control(key="ladder_data").set_value("shapes").run()
    assert not app.exception
    assert bench.followed[-1] == ("ladder-shapes", 0)


@pytest.mark.parametrize("data", ladder.EFFORT)
def test_rungs_differ_in_prior_and_penalty_alone(data):
    found = EXPERIMENTS[ladder.name_of(data)].recipes(1)
    base = found["normal"]
    assert base.prior == "normal"
    assert base.beta == 1
    for rung, recipe in found.items():
        assert {**base.to_dict(), **ladder.RUNGS[rung]} == recipe.to_dict()


def test_a_card_s_picture_has_the_prior_s_draws_under_the_codes(bench, recordings):
    (run,), _ = runs.load(["p-digits-vae"])
    assert rungs.prior_draws(run).shape == (rungs.DRAWN, 2)
    bare, ground = thumbnails.portrait(run.last, run.probe), thumbnails.portrait(run.last, run.probe, rungs.prior_draws(run))
    assert bare.shape == ground.shape
    assert (ground[..., 3] == thumbnails.GROUND_ALPHA).sum() > 200
    assert not (bare[..., 3] == thumbnails.GROUND_ALPHA).any()


def test_a_model_s_own_prior_is_drawn_where_it_has_one(bench, monkeypatch):
    (run,), _ = runs.load(["p-digits-vae"])
    path = run.recording.path / "weights" / f"{run.recording.key_frames[-1]:05d}.bin"
    meta, arrays = wire.unpack(path.read_bytes())
    path.write_bytes(wire.pack(meta, {**arrays, "prior.samples": np.full((9, 2), 3, np.float16)}))
    assert not (rungs.prior_draws(run) == 3).any()  # its recipe has N(0, I)
    monkeypatch.setattr(own_prior, "there", lambda run: True)
    assert (rungs.prior_draws(run) == 3).all()


@pytest.mark.parametrize("changes, told", [({}, True), ({"low_frechet": 2.0}, False), ({"mmd_rate": 1.0}, False)])
def test_what_comes_nearer_for_less_is_explained_only_if_it_was_measured(bench, changes, told):
    bench.changes = {"ladder": changes}
    app = answer(open_lesson("ladder"), "ladder", "learned")
    assert (text.bare(text.sections("ladder")["nearer"].split("[[")[0]) in text.bare(said(app))) == told
