"""Every run there is, the lab's and one's own, as cards: filtered, sorted, a page at a time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from jobs.store import origin
from ui import actions, cached, comparison, inline, own, pins, runs, state, thumbnails
from ui.phrases import number
from ui.text import plain
from vae_core.recipes import Recipe
from vae_core.recording import Recording, RecordingError

PER_PAGE = 12
ORIGINS = {"pretrained": "Pretrained", "trained": "Trained here", "uploaded": "Uploaded"}
BADGES = {"pretrained": "blue", "trained": "green", "uploaded": "orange"}
ALL = "all"


@dataclass(frozen=True)
class Entry:
    """A run in the list, as far as filters and sorting need it."""

    id: str
    recording: Recording
    created: float

    @property
    def recipe(self) -> Recipe:
        """What was trained."""
        return self.recording.recipe

    @property
    def kind(self) -> str:
        """The family of the model: a β-VAE, whatever its β."""
        return self.recipe.kind.split(" (")[0]

    @property
    def label(self) -> str:
        """Its line in lists."""
        return runs.describe(self.recording, self.id)


ORDERS: dict[str, Callable[[Entry], Any]] = {
    "Newest first": lambda one: (-one.created, one.id),
    "Name": lambda one: one.label.lower(),
    "Data set": lambda one: (own.title(one.recipe.data), one.kind, one.recipe.latent_dim, one.recipe.beta),
    "Kind": lambda one: (one.kind, one.recipe.beta, own.title(one.recipe.data), one.recipe.latent_dim),
    "Latent dimensions": lambda one: (one.recipe.latent_dim, own.title(one.recipe.data), one.kind),
}


def entries() -> list[Entry]:
    """Own runs, newest first, then the pretrained ones; says which folders cannot be read."""
    store = cached.store()
    mine, problems = runs.listed()
    for problem in problems:
        st.warning(plain(problem))
    found = []
    for one in [*mine, *store.pretrained_runs()]:
        with suppress(RecordingError):  # it was removed a moment ago
            found.append(Entry(store.public_id(one), one, one.status.created))
    return found


def choice(everything: Sequence[Entry]) -> list[Entry]:
    """Draw the filters; returns what passes them, in the order that was asked for."""
    sets = {one.recipe.data: own.title(one.recipe.data) for one in everything}
    kinds = sorted({one.kind for one in everything})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        find = st.text_input("Find", key="models_find", placeholder="a name, a kind …", width=180).strip().lower()
        data = _select("Data set", "models_data", sorted(sets, key=sets.__getitem__), sets)
        kind = _select("Kind", "models_kind", kinds, {})
        source = _select("From", "models_from", list(ORIGINS), ORIGINS)
        order = st.selectbox("Sort by", list(ORDERS), key="models_order", width=180)
    passing = [
        one
        for one in everything
        if find in one.label.lower() and data in (ALL, one.recipe.data) and kind in (ALL, one.kind) and source in (ALL, origin(one.id))
    ]
    return sorted(passing, key=ORDERS[order])


def _select(label: str, key: str, options: list[str], words: dict[str, str]) -> str:
    return st.selectbox(label, [ALL, *options], format_func=lambda one: "All" if one == ALL else words.get(one, one), key=key, width=150)


def page_of(chosen: Sequence[Entry]) -> list[runs.Run]:
    """Draw the pager if there is more than a page; returns the readable runs of this page and says what cannot be read."""
    pages = -(-len(chosen) // PER_PAGE)
    page = st.pagination(pages, key=f"models_page_{pages}") if pages > 1 else 1
    found, problems = runs.load([one.id for one in chosen[(page - 1) * PER_PAGE : page * PER_PAGE]])
    for problem in problems:
        st.warning(problem)
    return found


def cards(found: Sequence[runs.Run]) -> None:
    """Draw runs as cards."""
    with st.grid("auto", min_column_width=240, border=True) as grid:
        for run in found:
            with grid.cell():
                _card(run)


def _card(run: runs.Run) -> None:
    source, title = origin(run.id), runs.short(run.recording, run.id)
    if run.last is not None and own.drawn_in_lists(run.recipe.data):
        drawn = cached.picture(("portrait", run.version), lambda: inline.address(thumbnails.portrait(run.last, run.probe)))
        alt = f"Where {title} puts {len(run.probe.labels)} test images" + ("" if run.probe.points else ", and six samples from it.")
        st.image(drawn, width="stretch", alt=alt)
    st.markdown(f"**{plain(title)}** &nbsp; :{BADGES[source]}-badge[{ORIGINS[source]}]")
    st.caption(f"{plain(runs.summary(run.recipe, run.id))}  \n{plain(headline(run))}")
    on_screen = run.id in st.session_state[state.RUNS_KEY]
    full = runs.describe(run.recording, run.id)
    which = f"*{plain(full)}*"  # ui/page.css keeps it for screen readers
    with st.container(horizontal=True, key=f"card_{run.id}"):
        st.button(f"Details {which}", key=f"details_{run.id}", on_click=actions.open_model, args=(run.id,))
        if on_screen:
            st.button(f"Take off the screen {which}", key=f"hide_{run.id}", on_click=actions.hide, args=(run.id,), icon="✔️")
        else:
            st.button(f"Put on the screen {which}", key=f"show_{run.id}", on_click=actions.show, args=(run.id,))
        pins.toggle(run.id, full)


def headline(run: runs.Run) -> str:
    """The one figure that a card has room for, or how the run stands."""
    figures = comparison.measured(run) or {}
    if isinstance(figures.get("elbo"), int | float):
        return f"−ELBO {number(-figures['elbo'], '{:.1f}')} nats per image, test set"
    if isinstance(figures.get("distortion"), int | float):
        return f"Distortion {number(figures['distortion'], '{:.1f}')} nats per image, test set"
    return f"{run.status.state}, {run.status.step:,} of {run.status.total_steps:,} updates"
