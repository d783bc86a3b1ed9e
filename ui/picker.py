"""Which model to train: the presets in their groups, what each changes, and the chosen composition as a diagram."""

from functools import partial

import streamlit as st

from ui import diagram, state, variants, widgets
from ui.text import plain
from vae_core.recipes import RecipeError

OPEN_KEY = "models_open"
COLUMNS = (("Plain", "Priors"), ("Penalties",), ("Encoders and corruptions", "Codes", "Labels", "Decoders"))
_SHOWN = "_presets_shown"


def picker(words: dict[str, str]) -> str:
    """Draw the choice, the diagram and the settings that matter less; returns a plain sentence if the settings describe no recipe."""
    now, problem, drawn = None, "", ""
    try:
        chosen = state.recipes()
    except RecipeError as error:
        problem = plain(error)
    else:
        now = variants.current(chosen)
        drawn = diagram.html(*chosen)
        said = f"**{now}.** {variants.text(now)}" if now else f"**{plain(chosen[-1].kind)}.** {words['own-mix']}"
        st.markdown(said)
    if st.session_state[state.MODELS_KEY] != "pair" and now != "VAE":
        beside = st.session_state[state.BESIDE_KEY]
        st.toggle(words["beside"], beside, key=state.BESIDE_KEY, help=words["beside-help"], on_change=state.remember)
    with st.container(horizontal=True):
        with st.expander(words["models"], key=OPEN_KEY, on_change="rerun") as choice:
            if choice.open:
                _choices(now, drawn)
        widgets.more_settings()
    return problem


def _choices(now: str | None, drawn: str) -> None:
    """What is chosen, drawn, and all that can be: folded away, for what is trained is to be seen without scrolling."""
    if drawn:
        st.html(drawn)
    for column, groups in zip(st.columns(3), COLUMNS, strict=True):
        with column:
            for group in groups:
                _group(group, now)


def _group(group: str, now: str | None) -> None:
    """One group. What is chosen follows from the settings, whoever changed them.

    A browser goes on telling what it showed until it hears of a change, and that must not look like a click. So where the choice in a
    group was changed from elsewhere, another widget takes its place.
    """
    names = variants.GROUPS[group]
    chosen = now if now in names else None
    shown = st.session_state.setdefault(_SHOWN, {})
    turn, _ = shown.get(group, (0, None))
    if st.session_state.get(_key(group, turn)) != chosen:
        turn += 1
    shown[group] = (turn, chosen)
    place = names.index(chosen) if chosen else None
    captions = [variants.text(name) for name in names]
    st.radio(group, names, index=place, key=_key(group, turn), captions=captions, on_change=partial(_use, group, turn))


def _use(group: str, turn: int) -> None:
    name = st.session_state.get(_key(group, turn))
    shown_turn, chosen = st.session_state[_SHOWN][group]
    if name and turn == shown_turn and name != chosen:
        variants.use(name)


def _key(group: str, turn: int) -> str:
    return f"preset_{group}_{turn}"
