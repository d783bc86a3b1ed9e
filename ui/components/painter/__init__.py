"""A small image in which pixels can be painted away, with mouse, finger or keyboard."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

_FOLDER = Path(__file__).parent

_COMPONENT = st.components.v2.component(
    "painter",
    html='<div class="painter"></div>\n',
    css=(_FOLDER / "painter.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "painter.js").read_text(encoding="utf-8"),
)


def painter(image: np.ndarray, shape: tuple[int, int], *, key: str, label: str, clear: str) -> np.ndarray:
    """Show an image to paint a hole into; the hole stays when the image changes.

    Args:
        image: uint8, shape (pixels,).
        shape: rows and columns.
        key: keeps the hole over reruns.
        label: what it is called where it cannot be seen.
        clear: what is written on the button that closes the hole.

    Returns:
        Which pixels are painted away, (pixels,) of bool.
    """
    kept = checked((st.session_state.get(key) or {}).get("gone"), len(image))
    # In a list, for in a dict Streamlit looks for tables.
    _COMPONENT(key=key, data=[image.tolist(), list(shape), _word(kept), label, clear], on_gone_change=lambda: None)
    return kept


def checked(word: object, pixels: int) -> np.ndarray:
    """What a browser sent, a 0 or 1 for each pixel, as (pixels,) of bool; anything else is no hole."""
    if not isinstance(word, str) or len(word) != pixels or set(word) - {"0", "1"}:
        return np.zeros(pixels, bool)
    return np.array([one == "1" for one in word])


def _word(gone: Sequence[bool] | np.ndarray) -> str:
    return "".join("1" if one else "0" for one in gone)
