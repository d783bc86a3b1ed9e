"""The ladder of priors: its rungs, its cards, and sentences that turn with the figures."""

import re

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


FIRST = ("normal", "mixture", "flow")


def all_seven():
    """The page with the last question answered and all rungs unfolded."""
    app = answer(answer(open_lesson("ladder"), "ladder", "nearer"), "ladder", "none", "transfer")
    app.session_state["ladder_seven"] = True
    return app.run()


def test_the_page_turns_with_the_figures(bench):
    app = answer(open_lesson("ladder"), "ladder", "nearer")
    before = said(app)
    bench.changes = {"ladder": {"flow_frechet": 0.001, "mixture_frechet": 5.0}}
    app.run()
    assert app.session_state[notebook.NOTES]["ladder"]["outcome"] == "nearer"
    assert text.sections("lesson")["as-said"] in said(app)
    assert said(app) != before
    assert re.search(rf"With the mixture 5\.[^:]+: {WORDS['came-more']}\. With the flow 0\.00[^:]+: {WORDS['came-less']}\.", said(app))


@pytest.mark.parametrize(
    "outcome, changes",
    [
        ("both", {"mixture_iw_bound": -1.0, "flow_iw_bound": -1.0}),
        ("one", {"mixture_iw_bound": -1.0, "flow_iw_bound": -99.0}),
        ("none", {"mixture_iw_bound": -99.0, "flow_iw_bound": -99.0}),
    ],
)
def test_what_is_said_of_the_bound_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"ladder": changes}
    app = answer(answer(open_lesson("ladder"), "ladder", "same"), "ladder", outcome, "transfer")
    assert text.bare(WORDS[f"found-{outcome}"].split("[[")[0]) in text.bare(said(app))
    assert text.sections("lesson")["as-said"] in said(app)


def test_the_bound_is_shown_only_to_those_who_said_what_they_expect(bench):
    app = answer(open_lesson("ladder"), "ladder", "nearer")
    app.session_state["ladder_seven"] = True
    app.run()
    everything = said(app) + " ".join(one.value for one in app.caption)
    assert WORDS["iw_bound"].lower() not in everything.replace(WORDS["transfer"], "").lower()
    assert len(app.get("plotly_chart")) == 1
    app = answer(app, "ladder", "none", "transfer")
    assert WORDS["chart-iw_bound"] in said(app)
    assert len(app.get("plotly_chart")) == 4


def test_the_rungs_fill_in_while_the_first_repetition_runs(bench):
    bench.done = 0
    app = answer(open_lesson("ladder"), "ladder", "same")
    assert not app.exception
    assert not app.get("plotly_chart")
    assert len(app.get("image")) == len(FIRST)  # the fake bench says that all runs are there, and measured nothing
    bench.known = lambda name, seed: Standing(7, 1, {"normal": "p-digits-vae"})
    app.run()
    assert len(app.get("image")) == 1
    assert sum(one.value == WORDS["waiting"] for one in app.caption) == len(FIRST) - 1


def test_the_other_rungs_unfold(bench):
    app = answer(answer(open_lesson("ladder"), "ladder", "nearer"), "ladder", "none", "transfer")
    assert WORDS["expectations"] not in said(app)
    app = all_seven()
    assert not app.exception
    assert len(app.get("image")) == len(ladder.RUNGS)
    assert WORDS["expectations"] in said(app)
    bench.changes = {"ladder": {"staged_frechet": 0.001}}
    assert WORDS["best"].replace("[[best]]", WORDS["rung-staged"]) in said(all_seven())


def test_another_data_set_is_another_experiment(bench):
    bench.own.remove("ladder-shapes")
    app = all_seven()
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
    assert (text.bare(WORDS["nearer"].split("[[")[0]) in text.bare(said(all_seven()))) == told
