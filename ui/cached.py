"""What pages read from recordings, kept in memory within bounds. Keys hold the frame count, so that a growing run is read anew."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from jobs.engine import get_engine
from jobs.quota import Quota
from jobs.settings import data_folder, uploads_each, uploads_of_all
from jobs.uploads import Uploads
from ui.history import History
from vae_core.frame import Frame, Probe
from vae_core.recording import Recording


def engine() -> Any:
    """The one training engine of this process."""
    return get_engine()


def bench() -> Any:
    """What carries out experiments in this process; imported when first asked for, as the first page needs none."""
    from jobs.bench import get_bench

    return get_bench()


def fillings() -> Any:
    """What fills holes in this process; imported when first asked for."""
    from jobs.fillings import get_fillings

    return get_fillings()


def store() -> Any:
    """The runs on disk."""
    return get_engine().store


def quota() -> Quota:
    """How much of the store a student may take, and all together."""
    return Quota.as_set(store())


def uploads() -> Uploads:
    """How much of the disk people's own pictures and models may take."""
    return Uploads(store(), data_folder(), uploads_each(), uploads_of_all())


@st.cache_resource(max_entries=16, show_spinner=False)
def _probe(fingerprint: str, _recording: Recording) -> Probe:
    return _recording.probe


@st.cache_resource(max_entries=64, show_spinner=False)
def _frame(path: str, created: float, index: int, _recording: Recording) -> Frame:
    return _recording.frame(index)


@st.cache_resource(max_entries=32, show_spinner=False)
def _history(path: str, created: float, count: int, _recording: Recording) -> History:
    return History.of(_readable(_recording.frame, count))


def _readable(read: Callable[[int], Frame], count: int) -> list[Frame]:
    """A frame that cannot be read leaves a gap in a curve and does no more harm."""
    frames = []
    for index in range(count):
        try:
            frames.append(read(index))
        except ValueError:
            continue
    return frames


@st.cache_resource(max_entries=128, show_spinner=False)
def figure(key: tuple[Any, ...], _build: Callable[[], go.Figure]) -> go.Figure:
    """A figure, built once for each ``key``, which must hold all that it is made from.

    Its arrays are kept as they are sent, or each drawing of a page would encode them again.
    """
    return go.Figure(_build().to_dict())


@st.cache_resource(max_entries=256, show_spinner=False)
def picture(key: tuple[Any, ...], _build: Callable[[], str]) -> str:
    """The address of a small picture, built once for each ``key``, which must hold all that it is made from."""
    return _build()


def probe(recording: Recording) -> Probe:
    """The images that every frame of a run encodes."""
    return _probe(recording.probe_fingerprint, recording)


def frame(recording: Recording, index: int) -> Frame:
    """One frame of a run, by its index from 0."""
    return _frame(str(recording.path), recording.status.created, index, recording)


def history(recording: Recording) -> History:
    """The curves of a run so far."""
    return _history(str(recording.path), recording.status.created, recording.frame_count, recording)
