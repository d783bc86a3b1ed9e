"""Which model to train: the presets in their groups, what each changes, and the chosen composition as a diagram."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from ui import diagram, state, variants, widgets
from ui.text import plain
from vae_core.composition import preset_of
from vae_core.recipes import Recipe, RecipeError

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
        st.markdown(_said(now, chosen, words))
    if st.session_state[state.MODELS_KEY] != "pair" and now != "VAE":
        beside = st.session_state[state.BESIDE_KEY]
        st.toggle(words["beside"], beside, key=state.BESIDE_KEY, help=words["beside-help"], on_change=state.remember)
    wide, narrow = st.columns([2.7, 1])
    with wide.expander(words["models"], key=OPEN_KEY, on_change="rerun") as choice:
        if choice.open:
            _choices(now, drawn)
    with narrow:
        widgets.more_settings()
    return problem


def _said(now: str | None, chosen: Sequence[Recipe], words: dict[str, str]) -> str:
    """What will be trained, and which preset it is a case of."""
    if now == variants.PAIR:
        return f"**{now}.** {variants.text(now)}"
    preset = preset_of(chosen[-1])
    kinds = " + ".join(plain(one.kind) for one in (chosen if st.session_state[state.MODELS_KEY] == "pair" else chosen[-1:]))
    if preset is None:
        return f"**{kinds}.** {words['own-mix']}"
    if variants.as_preset(chosen[-1], preset):
        return f"**{now or kinds}.** {variants.text(preset)}"
    return f"**{kinds}.** {words['own-values'].format(preset=preset)}"


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
