"""A picture that comes with its page. Under an address of its own it may be gone by the time a browser on a slow line asks for it."""

import base64
import io
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image


def picture(pixels: np.ndarray, **how: Any) -> None:
    """Put pixels (uint8, as from ``ui.images``) on the page; ``how`` as for ``st.image``."""
    st.image(address(pixels), **how)


def address(pixels: np.ndarray) -> str:
    """The picture itself as an address: a PNG in a data URL."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
