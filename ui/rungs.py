"""The rungs of the ladder of priors: a card each, filled in as its run ends; a table over repetitions; what was expected and what came."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from ui import cached, comparison, inline, own_prior, removed, runs, thumbnails
from ui.phrases import exact, percent, spread
from ui.text import plain
from vae_core.experiments import EXPERIMENTS
from vae_core.experiments.ladder import BOUND, FIGURES, RUNGS
from vae_core.figures import Figures, Replicates, Spread
from vae_core.rules import LEARNED_PRIORS

SHARES = ("precision", "coverage")
FORMS = {BOUND: "{:.2f}", "frechet": "{:.2f}", "precision": "{:.0%}", "coverage": "{:.0%}", "rate": "{:.2f}"}
EVERY = 1.0  # seconds
DRAWN = 500  # codes from a prior
TOLD = ("frechet", "rate")  # on a card

# What the literature would have us expect of a rung against N(0, I).
EXPECTED = (
    *((rung, BOUND, "more") for rung in LEARNED_PRIORS),
    *((rung, "frechet", "less") for rung in (*LEARNED_PRIORS, "staged")),
    ("mmd", BOUND, "less"),
    ("low", BOUND, "less"),
    ("low", "frechet", "more"),
)


def cards(name: str, words: Mapping[str, str], among: Sequence[str]) -> None:
    """Draw the first repetition's runs of some rungs; those that are not there yet fill in by themselves."""
    known = cached.bench().known(name, EXPERIMENTS[name].seeds[0])
    st.fragment(_cards, run_every=None if known.figures else EVERY)(name, words, among)


@removed.told()
def _cards(name: str, words: Mapping[str, str], among: Sequence[str]) -> None:
    there = cached.bench().known(name, EXPERIMENTS[name].seeds[0]).runs
    with st.grid("auto", min_column_width=240, border=True) as grid:
        for rung in among:
            with grid.cell():
                st.markdown(f"**{words[f'rung-{rung}']}**")
                found, _ = runs.load([there[rung]] if rung in there else [])
                if found and found[0].last is not None:
                    _card(found[0], words)
                else:
                    st.caption(words["waiting"])


def _card(run: runs.Run, words: Mapping[str, str]) -> None:
    drawn = cached.picture(("rung", run.version), partial(_portrait, run))
    st.image(drawn, width="stretch", alt=f"{run.title}: codes of test images on draws from the prior, and six samples.")
    figures = comparison.measured(run)
    st.caption("  \n".join(f"{words[one]} {comparison.cell(figures, one, FORMS[one])}" for one in TOLD))


def _portrait(run: runs.Run) -> str:
    return inline.address(thumbnails.portrait(run.last, run.probe, prior_draws(run)))


def prior_draws(run: runs.Run) -> np.ndarray:
    """Codes (m, d) that this model draws to make new images."""
    own = own_prior.draws(run)
    return own[:DRAWN] if own is not None else np.random.default_rng(0).normal(0, 1, (DRAWN, run.recipe.numbers))


def seconds(name: str, repetitions: int) -> dict[str, Spread]:
    """Training time of each rung over the repetitions that are done, as far as their runs can still be read."""
    found: dict[str, list[float]] = {rung: [] for rung in RUNGS}
    for seed in EXPERIMENTS[name].seeds[:repetitions]:
        there = cached.bench().known(name, seed).runs
        for rung in RUNGS:
            for run in runs.load([there[rung]] if rung in there else [])[0]:
                found[rung] += [run.last.seconds] if run.last is not None else []
    return {rung: Spread(tuple(values)) for rung, values in found.items() if values}


def table(figures: Replicates, times: Mapping[str, Spread], words: Mapping[str, str]) -> str:
    """Markdown: one row a rung, mean ± standard deviation over repetitions."""
    lines = ["| " + " | ".join([words["rung"], *(words[name] for name in FIGURES), f"{words['seconds']} (s)"]) + " |"]
    lines.append("|---|" + "---:|" * (len(FIGURES) + 1))
    for rung in RUNGS:
        cells = [_cell(figures, rung, name) for name in FIGURES]
        time = spread(times[rung], 1) if rung in times else "–"
        lines.append("| " + " | ".join([words[f"rung-{rung}"], *cells, time]) + " |")
    return "\n".join(lines)


def _cell(figures: Replicates, rung: str, name: str) -> str:
    one = f"{rung}_{name}"
    if not has(figures.figures[0], one):
        return "–"
    return percent(figures[one], 0) if name in SHARES else spread(figures[one])


def has(figures: Figures, name: str) -> bool:
    """Whether this model has such a figure."""
    return name in figures.numbers


def expectations(figures: Replicates, words: Mapping[str, str]) -> str:
    """Markdown: what was expected of each rung against N(0, I), the difference, and whether it came so."""
    lines = ["| " + " | ".join(words[f"head-{one}"] for one in ("rung", "expected", "came", "difference")) + " |", "|---|---|---|---:|"]
    for rung, name, expects in EXPECTED:
        came = figures.compare(f"{rung}_{name}", f"normal_{name}")
        verdict = "unclear" if came == "open" else "as-expected" if came == expects else "opposite"
        gap = exact(figures.sum({f"{rung}_{name}": 1, f"normal_{name}": -1}))
        lines.append("| " + " | ".join([words[f"rung-{rung}"], f"{words[name]} {words[expects]}", words[verdict], gap]) + " |")
    return "\n".join(lines)


def best(figures: Replicates, name: str, among: Sequence[str] = tuple(RUNGS)) -> str:
    """The rung whose mean of a figure is least."""
    return min(among, key=lambda rung: figures[f"{rung}_{name}"].mean)


def said(rung: str, words: Mapping[str, str]) -> str:
    """A rung's name in a sentence."""
    return plain(words[f"rung-{rung}"])
