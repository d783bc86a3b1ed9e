"""What the sources claim, and what the figures say."""

from collections import Counter

import streamlit as st

from ui import claimcard, heading, ledger, text
from vae_core.claims import claims

words, everything = text.sections("claims"), list(claims().values())
heading.title(words["title"])
st.markdown(words["intro"])
found, problem = ledger.figures()
if problem:
    st.warning(problem)
topics = [section.removeprefix("topic-") for section in words if section.startswith("topic-")]
verdicts = {claim.id: ledger.standing(claim, found) for claim in everything}
counts = Counter(verdicts.values())
st.markdown(" · ".join(f"{sign} {counts[name]} {words[f'mark-{name}']}" for name, sign in ledger.SIGNS.items() if counts[name]))

ALL = "all"


def choice(label: str, options: list[str], prefix: str) -> str:
    """One filter."""
    shown = {ALL: words["all"]} | {option: words[f"{prefix}-{option}"] for option in options}
    return st.selectbox(words[label], list(shown), format_func=shown.__getitem__, key=f"claims_{label}", width=260)


with st.container(horizontal=True):
    source = choice("source", sorted({one for claim in everything for one in claim.sources}), "source")
    topic = choice("topic", topics, "topic")
    verdict = choice("verdict", [name for name in ledger.SIGNS if counts[name]], "mark")
passing = [
    claim
    for claim in everything
    if source in (ALL, *claim.sources) and topic in (ALL, claim.topic) and verdict in (ALL, verdicts[claim.id])
]
if not passing:
    st.info(words["nothing"])
cards = claimcard.Cards(found, words)
for name in topics:
    filed = [claim for claim in passing if claim.topic == name]
    if filed:
        st.subheader(words[f"topic-{name}"])
    for claim in filed:
        card = st.expander(claimcard.line(claim, found, words), key=f"claim_{claim.id}", on_change="rerun")
        if card.open:
            with card:
                cards.body(claim, claim.id)
cards.settle()
