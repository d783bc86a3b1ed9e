"""One claim of the sources, as a line and opened: its words, its test, the figures, the verdict, the runs."""

from collections.abc import Mapping

import streamlit as st

from ui import cached, laboratory, ledger, opening, site, text
from ui.ledger import SIGNS, Entry
from ui.phrases import fill
from vae_core.claims import Claim
from vae_core.experiments import EXPERIMENTS

_ASKED = "_claims_asked"  # by experiment: the card in which it runs


def line(claim: Claim, found: Mapping[str, Entry], words: Mapping[str, str]) -> str:
    """The claim in one line: number, verdict, words."""
    verdict = ledger.standing(claim, found)
    return f"**{text.plain(claim.id)}** {SIGNS[verdict]} **{words[f'mark-{verdict}']}** {text.plain(claim.words)}"


def body(claim: Claim, found: Mapping[str, Entry], words: Mapping[str, str], place: str) -> None:
    """The opened claim, with what can be pressed above the figures, whose size it must not wait for.

    ``place`` tells two cards of the same claim apart.
    """
    entry = found.get(claim.experiment)
    st.markdown(f"{words['said']} “{text.plain(claim.words)}”  \n{_sources(claim, words)}")
    st.markdown(f"**{words['test' if claim.experiment or not claim.how else 'reason']}** {text.plain(claim.how, 600) or words['unbound']}")
    if claim.experiment:
        runs(claim.experiment, entry, words, place)
    _lesson(claim, words)
    if entry is not None:
        st.markdown(ledger.tests(claim, entry.figures, words))
        verdict = ledger.standing(claim, found)
        st.markdown(f"{SIGNS[verdict]} **{words[f'verdict-{verdict}']}**")
        st.caption(f"{words['rule']} {_made(entry, words)}")


def _sources(claim: Claim, words: Mapping[str, str]) -> str:
    return "; ".join(words[f"source-{source}"] for source in claim.sources)


def _made(entry: Entry, words: Mapping[str, str]) -> str:
    seeds = ", ".join(map(str, entry.seeds))
    if entry.own:
        return fill(words["own"], seeds=seeds)
    return fill(words["kept"], seeds=seeds, made=text.plain(", ".join(f"{name} {version}" for name, version in entry.made.items())))


def runs(name: str, entry: Entry | None, words: Mapping[str, str], place: str) -> None:
    """Ways to the runs of an experiment, or to carry it out here."""
    asked: dict[str, str] = st.session_state.setdefault(_ASKED, {})
    if entry is not None and entry.own:
        asked.pop(name, None)
        known = cached.bench().known(name, EXPERIMENTS[name].seeds[0])
        opening.links(list(known.runs.values()), words["open-runs"])
    elif asked.get(name) == place:
        laboratory.experiment(name, text.sections("lesson"))
    elif name in asked:
        st.caption(words["elsewhere"])
    else:
        label = words["run-again" if entry is not None else "run"]
        st.button(label, icon="▶️", key=f"run_{place}", on_click=asked.update, args=({name: place},), help=words["run-note"])


def _lesson(claim: Claim, words: Mapping[str, str]) -> None:
    pages = {place.name: place for place in site.COURSE}
    place = pages.get(claim.experiment) or pages.get(claim.lesson)
    if place is not None:
        st.page_link(place.path, label=f"{words['lesson']}: {place.title}", icon=place.icon)
