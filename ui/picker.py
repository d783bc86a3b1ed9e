"""Which model to train: the presets in their groups, what each changes, and the chosen composition as a diagram."""

from functools import partial

import streamlit as st

from ui import diagram, state, variants
from ui.text import plain
from vae_core.recipes import RecipeError

OPEN_KEY = "models_open"
COLUMNS = (("Plain", "Priors"), ("Penalties",), ("Encoders and corruptions", "Codes", "Labels", "Decoders"))


def key_of(group: str) -> str:
    """The widget key of a group of presets."""
    return f"preset_{group}"


def picker(words: dict[str, str]) -> str:
    """Draw the choice and the diagram; returns a plain sentence if the settings describe no recipe."""
    now, problem = None, ""
    try:
        chosen = state.recipes()
    except RecipeError as error:
        problem = plain(error)
    else:
        now = variants.current(chosen)
        said = f"**{now}.** {variants.text(now)}" if now else f"**{plain(chosen[-1].kind)}.** {words['own-mix']}"
        st.markdown(said)
        st.html(diagram.html(*chosen))
    if st.session_state[state.MODELS_KEY] != "pair" and now != "VAE":
        beside = st.session_state[state.BESIDE_KEY]
        st.toggle(words["beside"], beside, key=state.BESIDE_KEY, help=words["beside-help"], on_change=state.remember)
    with st.expander(words["models"], key=OPEN_KEY, on_change="rerun") as choice:
        for column, groups in zip(st.columns(3), COLUMNS, strict=True) if choice.open else ():
            with column:
                for group in groups:
                    _group(group, now)
    return problem


def _group(group: str, now: str | None) -> None:
    names = variants.GROUPS[group]
    key = key_of(group)
    chosen = now if now in names else None
    st.session_state[key] = chosen  # what is chosen follows from the settings, whoever changed them
    place = names.index(chosen) if chosen else None
    st.radio(group, names, index=place, key=key, captions=[variants.text(name) for name in names], on_change=partial(_use, key))


def _use(key: str) -> None:
    if name := st.session_state[key]:
        variants.use(name)
