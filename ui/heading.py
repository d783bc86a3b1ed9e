"""The title of a page, on the screen before the rest of the page is drawn.

A browser draws in one go all that it hears within a moment. Whoever turns to a page with charts would look at the page before for as long
as these take, and think that the click was lost.
"""

import time

import streamlit as st

from ui.turnstile import aside, crowded

MOMENT = 0.05  # seconds in which the browser draws a title
_SHOWN = "_title_shown"


def title(words: str) -> None:
    """Draw the title; give the browser a moment for it where somebody has just turned to this page, unless others wait for theirs."""
    st.title(words)
    before, st.session_state[_SHOWN] = st.session_state.get(_SHOWN, words), words
    if before != words and not crowded():
        with aside():
            time.sleep(MOMENT)
