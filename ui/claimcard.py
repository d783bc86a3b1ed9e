"""One claim of the sources, as a line and opened: its words, its test, the figures, the verdict, the runs."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import cached, laboratory, ledger, navigation, opening, site, text
from ui.ledger import SIGNS, Entry
from ui.phrases import fill
from vae_core.claims import Claim
from vae_core.experiments import EXPERIMENTS

_ASKED = "_claims_asked"  # by experiment: the card in which it runs when that is drawn


def line(claim: Claim, found: Mapping[str, Entry], words: Mapping[str, str]) -> str:
    """The claim in one line: number, verdict, words."""
    verdict = ledger.standing(claim, found)
    return f"**{text.plain(claim.id)}** {SIGNS[verdict]} **{words[f'mark-{verdict}']}** {text.plain(claim.words)}"


def _sources(claim: Claim, words: Mapping[str, str]) -> str:
    return "; ".join(words[f"source-{source}"] for source in claim.sources)


def _made(entry: Entry, words: Mapping[str, str]) -> str:
    seeds = ", ".join(map(str, entry.seeds))
    if entry.own:
        return fill(words["own"], seeds=seeds)
    return fill(words["kept"], seeds=seeds, made=text.plain(", ".join(f"{name} {version}" for name, version in entry.made.items())))


def _lesson(claim: Claim, words: Mapping[str, str]) -> None:
    pages = {place.name: place for place in site.COURSE}
    place = pages.get(claim.experiment) or pages.get(claim.lesson)
    if place is not None:
        navigation.link(place, f"{words['lesson']}: {place.title}")


class Cards:
    """The opened cards of one page, as one script run draws them.

    Attributes:
        found: the figures, by experiment.
        words: the sections that cards use.
    """

    def __init__(self, found: Mapping[str, Entry], words: Mapping[str, str]) -> None:
        self.found, self.words = found, words
        self._running: set[str] = set()
        self._undecided: list[tuple[str, str, DeltaGenerator]] = []

    def body(self, claim: Claim, place: str) -> None:
        """The opened claim, with what can be pressed above the figures, whose size it must not wait for.

        ``place`` tells two cards of the same claim apart.
        """
        words, entry = self.words, self.found.get(claim.experiment)
        st.markdown(f"{words['said']} “{text.plain(claim.words)}”  \n{_sources(claim, words)}")
        st.markdown(
            f"**{words['test' if claim.experiment or not claim.how else 'reason']}** {text.plain(claim.how, 600) or words['unbound']}"
        )
        if claim.experiment:
            self.runs(claim.experiment, place)
        _lesson(claim, words)
        if entry is not None:
            st.markdown(ledger.tests(claim, entry.figures, words))
            verdict = ledger.standing(claim, self.found)
            st.markdown(f"{SIGNS[verdict]} **{words[f'verdict-{verdict}']}**")
            st.caption(f"{words['rule']} {_made(entry, words)}")

    def runs(self, name: str, place: str) -> None:
        """Ways to the runs of an experiment, or to carry it out here."""
        asked, entry = _asked(), self.found.get(name)
        if entry is not None and entry.own:
            asked.pop(name, None)
            known = cached.bench().known(name, EXPERIMENTS[name].seeds[0])
            opening.links(list(known.runs.values()), self.words["open-runs"])
        elif asked.get(name) == place:
            self._running.add(name)
            laboratory.experiment(name, text.sections("lesson"))
        elif name in asked:
            self._undecided.append((name, place, st.container()))
        else:
            self._offer(name, place)

    def settle(self) -> None:
        """Fill the cards of experiments that were asked for in another one; call after the last card.

        That card may be folded by now, filtered out, or on another page: then nobody runs the experiment, and it can be run here.
        """
        for name, place, room in self._undecided:
            with room:
                if name in self._running:
                    st.caption(self.words["elsewhere"])
                else:
                    self._offer(name, place)

    def _offer(self, name: str, place: str) -> None:
        label = self.words["run-again" if name in self.found else "run"]
        st.button(label, icon="▶️", key=f"run_{place}", on_click=_asked().update, args=({name: place},), help=self.words["run-note"])


def _asked() -> dict[str, str]:
    return st.session_state.setdefault(_ASKED, {})
