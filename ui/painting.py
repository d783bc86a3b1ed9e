"""A hole that the student paints into a digit, filled by every way that the lab knows."""

import numpy as np
import streamlit as st

from jobs.engine import EngineError
from ui import cached, images, inline
from ui.anew import draw_anew
from ui.components.painter import painter
from ui.laboratory import EVERY, Found
from ui.phrases import fill
from ui.text import plain
from vae_core.figures import Figures
from vae_core.filling import WAYS

SHAPE = (8, 8)
PATIENCE = 1.0  # seconds for which a page is held back, so that mostly the answer comes with it


@st.fragment
def painting(found: Found, words: dict[str, str]) -> None:
    """Choose a digit, paint, and see it filled. By models of the first repetition."""
    st.subheader(words["own"])
    digits = found.first.arrays["originals"]
    which = st.segmented_control(words["own-digit"], range(len(digits)), default=0, required=True, format_func=_ordinal, key="hole_digit")
    left, right = st.columns([2, 3])
    with left:
        st.markdown(words["own-how"])
        gone = painter(digits[which], SHAPE, key="hole_painter", label=words["own-label"], clear=words["own-clear"])
    with right:
        if gone.any():
            _answer(found, which, gone, words, PATIENCE)
        else:
            st.markdown(words["own-empty"])


def _ordinal(place: int) -> str:
    return str(place + 1)


def _answer(found: Found, which: int, gone: np.ndarray, words: dict[str, str], patience: float) -> None:
    """Show how the hole is filled; if that takes longer than ``patience``, look again twice a second."""
    try:
        figures = cached.fillings().ask(found.runs, which, gone.astype(np.uint8).tobytes(), patience)
    except EngineError as error:
        st.error(plain(error), icon="✋")
        return
    if figures is not None and not patience:
        draw_anew()
    if figures is not None:
        _show(figures, found.first.arrays["originals"][which], words)
    elif patience:
        st.fragment(_answer, run_every=EVERY)(found, which, gone, words, 0.0)
    else:
        st.markdown(words["own-wait"])


def _show(figures: Figures, original: np.ndarray, words: dict[str, str]) -> None:
    with st.container(horizontal=True):
        _picture(original, words["own-true"])
        for way in WAYS:
            _picture(figures.arrays[way], fill(words["own-row"], name=words[way], off=f"{figures.numbers[way]:.2f}"))
    best = min(WAYS, key=lambda way: figures.numbers[way])
    told = words["own-worse" if best == "mean" else "own-best"]
    st.markdown(fill(told, best=words[best], mean=f"{figures.numbers['mean']:.2f}"))


def _picture(image: np.ndarray, caption: str) -> None:
    inline.picture(images.sheet(image[None], SHAPE, columns=1, size=112), caption=caption, width=112, alt=caption)
