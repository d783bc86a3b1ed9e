"""Bring your own pictures: upload, see what the lab makes of them, and use them."""

import threading
from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from jobs.quota import QuotaError
from jobs.settings import data_folder
from ui import cached, datacards, images, inline, own, student
from ui.text import plain
from ui.turnstile import aside
from vae_core import own_data, own_images
from vae_core.own_images import BadUpload, Limits, Pictures

ROW, ROWS = 12, 10
GROUNDS = {"Automatic": None, "Swap dark and bright": True, "As they are": False}
_READ = "_brought"
_one_at_a_time = threading.Lock()  # a large picture takes some hundred megabytes while it is read


def panel(words: dict[str, str]) -> None:
    """The whole way from a file to a data set in the controls."""
    st.markdown(words["own-how"])
    files = st.file_uploader("Your pictures", accept_multiple_files=True, key="bring_files")
    with st.container(horizontal=True):
        side = st.segmented_control(
            "Size",
            own_images.SIDES,
            default=own_images.SIDES[0],
            required=True,
            key="bring_side",
            format_func="{0} × {0}".format,
            help=words["side"],
        )
        ground = st.segmented_control("Ground", list(GROUNDS), default="Automatic", required=True, key="bring_ground", help=words["ground"])
    if not files:
        st.session_state.pop(_READ, None)
        return
    try:
        with st.spinner(words["waiting"]):
            pictures = _pictures(files, side, GROUNDS[ground])
    except BadUpload as error:
        st.error(plain(error), icon="✋")
        return
    _preview(pictures)
    _finish(pictures, words)


def _pictures(files: Sequence[UploadedFile], side: int, invert: bool | None) -> Pictures:
    """What an upload becomes; read once for each choice.

    Raises:
        BadUpload: with the reason.
    """
    key = (tuple(file.file_id for file in files), side, invert)
    known, result = st.session_state.get(_READ, (None, None))
    if known != key:
        Limits().check_bytes(sum(file.size for file in files))
        with aside(), _one_at_a_time:
            try:
                result = own_images.read([(file.name, file.getvalue()) for file in files], side, invert)
            except BadUpload as error:
                result = error
        st.session_state[_READ] = (key, result)
    if isinstance(result, BadUpload):
        raise BadUpload(str(result))
    return result


def _preview(pictures: Pictures) -> None:
    """The pictures as the models will see them, a row for each label, and what was done to them."""
    st.markdown("**This is what the models will see:**")
    shape = (pictures.side, pictures.side)
    if 1 < len(pictures.classes) <= ROWS:
        for label, name in enumerate(pictures.classes):
            chosen = pictures.images[pictures.labels == label]
            st.caption(f"{plain(name)}: {len(chosen):,}")
            inline.picture(images.sheet(chosen[:ROW], shape, ROW), alt=f"Pictures with the label {name}")
    else:
        chosen = np.unique(np.linspace(0, len(pictures.images) - 1, 4 * ROW).astype(int))
        inline.picture(images.sheet(pictures.images[chosen], shape, ROW), alt=f"{len(chosen)} of the pictures")
    st.markdown("\n".join(f"- {plain(note)}" for note in pictures.notes))


def _finish(pictures: Pictures, words: dict[str, str]) -> None:
    if len(pictures.images) >= own_images.LEAST:
        st.caption(datacards.facts(own_data.split_sizes(len(pictures.images)), (pictures.side, pictures.side)))
    title = st.text_input("Call them", key="bring_title", max_chars=own_data.TITLE_LENGTH, placeholder="for example: letters")
    keep = st.checkbox("Keep for everyone on this computer", key="bring_keep")
    if not keep:
        st.caption(words["own-keep"])
    if st.button("Use these", type="primary", key="bring_use", icon="▶️"):
        try:
            with cached.uploads().room(student.identity(), pictures.images.nbytes):
                name = own_images.save(pictures, data_folder(), own.clean(title), keep, student.identity())
        except (BadUpload, QuotaError) as error:
            st.error(plain(error), icon="✋")
            return
        own.take(name, title)
        st.session_state.pop(_READ, None)
        datacards.use_and_go(name)
