"""Carrying out an experiment for a page: one seed after the other, with a way to stop, while the page shows what is known so far."""

import uuid
from dataclasses import dataclass

import streamlit as st

from ui import cached
from ui.anew import draw_anew
from ui.phrases import fill
from ui.text import plain
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Figures, Replicates

_WHO = "_who"
_HALTED = "_halted"  # by experiment: why nothing is asked for at present; empty if the student stopped it
EVERY = 0.5  # seconds


@dataclass(frozen=True, eq=False)
class Found:
    """What is known of an experiment.

    Attributes:
        figures: over the seeds that are done; at least one.
        runs: public ids of the first seed's runs, by label.
    """

    figures: Replicates
    runs: dict[str, str]

    @property
    def first(self) -> Figures:
        """What the first seed found: the runs that the page draws."""
        return self.figures.figures[0]

    def names(self, label: str, count: int) -> tuple[str, ...]:
        """Names of the first ``count`` test data of one of its runs; numbers where the run has no names, or cannot be read."""
        try:
            known = cached.probe(cached.store().get(self.runs[label])).names
        except (ValueError, AttributeError):  # it was deleted or damaged meanwhile
            known = ()
        return known[:count] if len(known) >= count else tuple(str(place + 1) for place in range(count))


def experiment(name: str, words: dict[str, str]) -> Found | None:
    """Ask for an experiment and draw how it goes; returns what is known, or None before the first seed is done."""
    seeds = EXPERIMENTS[name].seeds
    done: list[Figures] = []
    runs: dict[str, str] = {}
    for seed in seeds:
        standing = cached.bench().known(name, seed)
        if standing.figures is None:
            _carry_on(name, seed, len(done), words)
            break
        runs = runs or standing.runs
        done.append(standing.figures)
    else:
        st.session_state.get(_HALTED, {}).pop(name, None)
        st.caption(fill(words["repeated"], count=str(len(done))))
    return Found(Replicates(done), runs) if done else None


def _carry_on(name: str, seed: int, done: int, words: dict[str, str]) -> None:
    halted: dict[str, str] = st.session_state.setdefault(_HALTED, {})
    if name in halted:
        if halted[name]:
            st.error(halted[name], icon="✋")
        st.button(words["go-on"], icon="▶️", key=f"{name}_on", on_click=lambda: halted.pop(name, None))
    else:
        st.fragment(_follow, run_every=EVERY)(name, seed, done, words)


def _follow(name: str, seed: int, done: int, words: dict[str, str]) -> None:
    """Ask again, twice a second, which also tells the bench that somebody still waits."""
    halted: dict[str, str] = st.session_state[_HALTED]
    if name in halted:
        draw_anew()
    who = st.session_state.setdefault(_WHO, uuid.uuid4().hex)
    standing = cached.bench().follow(name, seed, who)
    if standing.failed:
        halted[name] = plain(standing.message)
    if standing.failed or standing.figures is not None:
        draw_anew()

    def stop() -> None:
        halted[name] = ""
        cached.bench().leave(name, seed, who)

    of = f"{done + 1} / {len(EXPERIMENTS[name].seeds)}"
    step = words["measuring"] if standing.done == standing.total else f"{words['training']} {standing.done + 1} / {standing.total}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(standing.done / standing.total, text=f"{words['repetition']} {of}: {step}")
        st.button(words["stop"], icon="⏹️", key=f"{name}_stop", on_click=stop)
