"""The data sets as cards: what each is, what it looks like, whether it is here, and a way to train on it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from jobs.downloads import get_downloads
from jobs.settings import data_folder
from ui import actions, globe, own, sheets, site, state, widgets
from ui.anew import draw_anew
from ui.phrases import NEVER_BREAK
from ui.text import plain
from vae_core import own_data
from vae_core.catalogue import CATALOGUE, DataSet, entry
from vae_core.splits import NoData

EVERY = 0.5  # seconds between looks at a download


def show(words: dict[str, str]) -> None:
    """All sets that this session may see."""
    with st.grid(3, min_column_width=260, border=True) as cards:
        for source in CATALOGUE.values():
            with cards.cell():
                _lab_card(source, words)
        for name in own.titles():
            with cards.cell():
                _own_card(name, words)


def use(name: str) -> None:
    """Put a data set into the controls, with settings that suit it."""
    state.set_recipe({"data": name})
    widgets.use_data_settings()


def use_and_go(name: str) -> None:
    """Put a data set into the controls and turn to the page that trains."""
    use(name)
    st.switch_page(site.PAGES / "train.py")


def facts(parts: tuple[int, ...], shape: tuple[int, int]) -> str:
    """How many for each purpose, and how large each is."""
    train, validation, test = parts
    size = "3 numbers" if globe.in_space(shape) else f"{shape[0]} × {shape[1]} pixels".replace(" ", NEVER_BREAK)
    return f"{train:,} training · {validation:,} validation · {test:,} test · {size} each"


def _lab_card(source: DataSet, words: dict[str, str]) -> None:
    st.markdown(f"**{source.title}**")
    st.markdown(source.text)
    st.caption(facts(source.parts, source.shape))
    here = source.present(data_folder())
    if source.form == "points":
        st.plotly_chart(sheets.world(), key=f"sheet_{source.name}", config={"displayModeBar": False}, alt=f"Map of {source.title}.")
        st.caption(words["points"])
    elif here:
        _sheet(source, source.shape)
    st.caption(f"Source: {source.credit}.")
    if here:
        _use_button(source.name)
    else:
        offer(source, words["download"])


def _own_card(name: str, words: dict[str, str]) -> None:
    try:
        pictures, _ = own_data.read(name, data_folder())
    except NoData:
        return
    kept = name in own_data.saved(data_folder())
    st.markdown(f"**{own.title(name)}**")
    st.markdown("Kept for everyone on this computer." if kept else "Yours: not listed for others.")
    mine = own.removable(name)
    if not mine:
        st.caption(words["kept-by-another"])
    shape = (pictures.side, pictures.side)
    st.caption(facts(own_data.split_sizes(len(pictures.images)), shape))
    _sheet(entry(name), shape)
    labels = ", ".join(plain(label) for label in pictures.classes[:10])
    st.caption(f"Labels: {labels}{' and so on' if len(pictures.classes) > 10 else ''}.")
    with st.container(horizontal=True):
        _use_button(name)
        if mine:
            st.button("Remove for everyone" if kept else "Remove", key=f"forget_{name}", on_click=actions.forget_pictures, args=(name,))


def _sheet(source: DataSet, shape: tuple[int, int]) -> None:
    picture = sheets.sheet(source.name, shape, source)
    if picture is not None:
        st.image(picture, width="stretch", alt=f"{sheets.SHOWN} test images of {source.title}.")


def _use_button(name: str) -> None:
    if st.button("Train on it", key=f"use_{name}", icon="▶️"):
        use_and_go(name)


def offer(source: DataSet, note: str) -> None:
    """A button that fetches a data set, with ``note`` above it; then how far that is."""
    download = get_downloads().get(source.name)
    if download is not None and not download.over:
        st.fragment(_progress, run_every=EVERY)(source)
        return
    if download is not None and download.problem:
        st.warning(plain(download.problem))
    else:
        st.markdown(note)
    st.button(f"Download {source.download} MB", key=f"fetch_{source.name}", icon="⬇️", on_click=partial(_start, source.name))


def _start(name: str) -> None:
    get_downloads().start(name)


def _progress(source: DataSet) -> None:
    download = get_downloads().get(source.name)
    if download is None or download.over:
        draw_anew()
    text = download.text or f"{round(source.download * download.share)} of {source.download} MB"
    st.progress(download.share, text=plain(text))
    st.button("Cancel", key=f"cancel_{source.name}", on_click=_cancel(source.name))


def _cancel(name: str) -> Callable[[], None]:
    return partial(get_downloads().cancel, name)
