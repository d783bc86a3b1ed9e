"""What a page says when a run goes away while it is drawn: somebody else may delete any run, and old ones make room for new ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from vae_core.recording import RecordingError

SAID = (
    "A run that this page shows was removed while the page was drawn, or cannot be read any more, so the rest is missing here. "
    "Reload the page; if that does not help, take the run off the screen."
)


@contextmanager
def told() -> Iterator[None]:
    """Say so in place of what could not be drawn. A part of a page that can be drawn by itself needs this too."""
    try:
        yield
    except RecordingError:
        st.warning(SAID, icon="⚠️")
