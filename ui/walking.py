"""Walks from one digit to another, as an experiment kept them: the student chooses the pair and goes along all of them at once."""

from collections.abc import Sequence

import streamlit as st

from ui import images, inline
from ui.laboratory import Found
from ui.phrases import fill, number
from vae_core.experiments.nearby import HALF

SHAPE = (8, 8)
PLACES = ("0", "⅛", "¼", "⅜", "½", "⅝", "¾", "⅞", "1")


@st.fragment
def walking(found: Found, words: dict[str, str], ways: Sequence[str], key: str) -> None:
    """Choose a pair and a place on the way: what each of ``ways`` makes of it there, and how that is read.

    By models of the first repetition. ``key`` is that of the controls.
    """
    arrays = found.first.arrays
    ends = [f"{begin} → {end}" for begin, end in arrays["ends"]]
    pair = st.segmented_control(
        words["pair"], range(len(ends)), default=0, required=True, format_func=lambda place: ends[place], key=f"{key}_pair"
    )
    stop = st.select_slider(words["place"], range(len(PLACES)), value=HALF, format_func=PLACES.__getitem__, key=f"{key}_place")
    for way in ways:
        read, agree, away = (arrays[f"{way}_{name}"][pair, stop] for name in ("read", "agree", "away"))
        told = fill(words["row"], name=words[way], away=number(away), read=str(read), agree=str(agree))
        st.caption(told)
        inline.picture(
            images.sheet(arrays[f"{way}_walk"][pair], SHAPE, columns=len(PLACES), size=40, lit=stop), alt=f"{ends[pair]}. {told}"
        )
