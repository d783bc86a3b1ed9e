"""The parts of a page of the course, in the order in which a student meets them.

A page says what to ask and which figure decides; the words are in ``content``, the figures come from runs. Nothing that a student is told
about the outcome is written down beforehand: a page hands over the outcome that it computed, and the section of that name is shown.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from ui import heading, ledger, navigation, notebook, opening, site, text
from ui.laboratory import Found, experiment
from ui.phrases import fill
from vae_core.claims import Claim, claims


class Lesson:
    """One page of the course: its words, and what this student noted on it.

    Attributes:
        words: the page's sections; ``common``: those that all pages share.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.words = text.sections(name)
        self.common = text.sections("lesson")

    def begin(self) -> None:
        """Title, goal, and what one must know to predict."""
        heading.title(self.words["title"])
        st.markdown(f"**{self.common['goal']}** {self.words['goal']}")
        st.markdown(self.words["intro"])

    def predict(self, options: Sequence[str]) -> bool:
        """Ask what will happen; True once the student has said so. ``options`` name sections ``option-…``."""
        return self._ask("prediction", options, f"**{self.common['predict']}** {self.words['question']}", self.common["run"]) is not None

    def experiment(self, name: str) -> Found | None:
        """Carry the experiment out, show how far it is, and return what is known so far; None before the first seed is done."""
        return experiment(name, self.common)

    def finding(self, outcome: str, **values: str) -> None:
        """Say what came out, in the words of the section ``found-<outcome>``, and how that compares with the prediction."""
        said = fill(self.words[f"found-{outcome}"], **values)
        notebook.keep(self.name, outcome=outcome, finding=text.bare(said))
        st.subheader(self.common["finding"])
        st.markdown(f"{self._compared('prediction', outcome)} {said}")

    def why(self, outcome: str, **values: str) -> None:
        """The explanation of this outcome, section ``why-<outcome>``, and the formula for those who ask for it.

        For an outcome that nobody foresaw there is none: the page then says so.
        """
        st.markdown(fill(self.words.get(f"why-{outcome}", self.common["why-open" if outcome == "open" else "why-other"]), **values))
        with st.expander(self.common["formula"]):
            st.markdown(self.words["formula"])

    def transfer(self, options: Sequence[str], outcome: str, **values: str) -> bool:
        """One question more, in another setting; the answer is an outcome too. True once the student has answered."""
        st.subheader(self.common["transfer"])
        answered = self._ask("transfer", options, self.words["transfer"], self.common["answer"]) is not None
        if answered:
            st.markdown(f"{self._compared('transfer', outcome)} {fill(self.words[f'found-{outcome}'], **values)}")
        return answered

    def answered(self) -> bool:
        """Whether the question more is answered: what would give it away can be shown further up."""
        return notebook.note(self.name, "transfer") is not None

    def try_next(self) -> None:
        """What to try by oneself, and the way to the next page of the course."""
        st.info(self.words["next"], icon="👉")
        after = site.NEXT[self.name]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(self.common["after"], width="content")
            navigation.link(after)

    def claims(self, experiment: str, found: Found) -> None:
        """Claims of the sources that this experiment settles, with their verdicts."""
        with st.expander(self.common["claims"]):
            for claim in (one for one in claims().values() if one.experiment == experiment):
                verdict = self.common[f"verdict-{claim.verdict(found.figures)}"]
                st.markdown(f"**{text.plain(claim.id)}** “{text.plain(claim.words)}” **{verdict}**")
                st.caption(text.plain(claim.how, 600))
            st.markdown(self.common["rule"])
            navigation.link(site.CLAIMS)
        others = [one for one in claims().values() if one.lesson == self.name and one.experiment not in ("", experiment)]
        card = st.expander(self.common["others"], key=f"{self.name}_others", on_change="rerun") if others else None
        if card and card.open:
            with card:
                _told_elsewhere(others, self.common)

    def open_runs(self, labels: Sequence[str], found: Found) -> None:
        """Links that put runs of the first seed on other pages."""
        notebook.keep(self.name, runs=opening.links([found.runs[label] for label in labels], self.common["open"]))

    def _ask(self, field: str, options: Sequence[str], question: str, go: str) -> str | None:
        """A question with one choice; the answer, an option, is kept in the notebook and returned."""
        kept = notebook.note(self.name, field)
        kept = kept if kept in options else None  # it may be from an older course
        key = f"{self.name}_{field}_choice" + (f"_{kept}" if kept else "")  # with the open question's key it would stay unanswered
        with st.container(border=True):
            st.markdown(question)
            choice = st.radio(
                text.bare(question),  # what a screen reader says, where marks would be read out
                options,
                label_visibility="collapsed",
                index=options.index(kept) if kept is not None else None,
                format_func=partial(self._option, kept=kept),
                key=key,
                disabled=kept is not None,
            )
            if kept is not None:
                self._again(field)
            else:
                answer = partial(self._answer, field, key)
                st.button(go, type="primary", key=f"{self.name}_{field}", disabled=choice is None, on_click=answer)
        return kept

    def _answer(self, field: str, key: str) -> None:
        """Note what is chosen now: the choice may have changed since the button was drawn."""
        choice = st.session_state.get(key)
        if choice is not None:
            notebook.keep(self.name, **{field: choice})

    def _again(self, field: str) -> None:
        fields = ("prediction", "outcome", "finding", "transfer", "runs") if field == "prediction" else (field,)
        st.button(
            self.common["again"],
            type="tertiary",
            key=f"{self.name}_{field}_again",
            on_click=notebook.forget,
            args=(self.name, *fields),
        )

    def _option(self, option: str, kept: str | None) -> str:
        """An option's words; those that were chosen stay in full colour when the choice is closed."""
        words = self.words[f"option-{option}"]
        return f":blue[**{words}**]" if option == kept else words

    def _compared(self, field: str, outcome: str) -> str:
        kept = notebook.note(self.name, field)
        if f"option-{outcome}" not in self.words:
            return ""
        return self.common["as-said" if kept == outcome else "otherwise"]


def _told_elsewhere(others: Sequence[Claim], common: Mapping[str, str]) -> None:
    """Claims on the same subject that other experiments settle; the page of claims has their tests and runs."""
    found, problem = ledger.figures()
    if problem:
        st.warning(problem)
    for claim in others:
        verdict = common[f"verdict-{ledger.standing(claim, found)}"]
        st.markdown(f"**{text.plain(claim.id)}** “{text.plain(claim.words)}” **{verdict}**")
        st.caption(text.plain(claim.how, 600))


def first_true(cases: Mapping[str, bool], otherwise: str = "open") -> str:
    """The name of the first case that holds."""
    return next((name for name, holds in cases.items() if holds), otherwise)
