"""One image on its way through the loss of a VAE, drawn step by step from what an experiment kept of it."""

import numpy as np
import streamlit as st

from ui import charts, images, inline
from ui.phrases import fill, number
from ui.stepper import stepper
from vae_core.figures import Figures
from vae_core.recipes import VAE

STEPS = ("encode", "noise", "draw", "decode", "distortion", "rate", "update")
SHAPE = (8, 8)
_DRAW = "elbo_draw"


@st.fragment
def one_image(first: Figures, words: dict[str, str]) -> None:
    """The stepper, the picture of the step, and its numbers."""
    step = STEPS[stepper([words[f"name-{step}"] for step in STEPS], "elbo_step", words["back"], words["on"])]
    reached = STEPS.index(step)
    arrays, draw = first.arrays, st.session_state.get(_DRAW, 0)
    z = arrays["z"][draw] if reached >= STEPS.index("draw") else None
    left, right = st.columns(2)
    with left:
        figure = charts.one_cloud(arrays["everyone"], arrays["mu"], arrays["sigma"], z)
        st.plotly_chart(figure, key="elbo_cloud", alt="The cloud of one digit among the codes of all new digits.")
    with right:
        st.markdown(fill(words[f"step-{step}"], **_numbers(first, draw)))
        with st.container(horizontal=True):
            for name, picture in _pictures(first, draw, reached).items():
                inline.picture(
                    images.sheet(picture[None], SHAPE, columns=1, size=112), caption=words[f"picture-{name}"], alt=words[f"picture-{name}"]
                )
        if reached:
            st.button(words["again"], key="elbo_again", on_click=_draw_again, args=(len(arrays["z"]),))


def _draw_again(draws: int) -> None:
    st.session_state[_DRAW] = (st.session_state.get(_DRAW, 0) + 1) % draws


def _pictures(first: Figures, draw: int, reached: int) -> dict[str, np.ndarray]:
    arrays = first.arrays
    cost = arrays["per_pixel"][draw]
    bright = np.round(255 * cost / max(float(arrays["per_pixel"].max()), 1e-9)).astype(np.uint8)
    all_of_them = {"image": (0, arrays["image"]), "drawn": (STEPS.index("decode"), arrays["drawn"][draw])}
    all_of_them["cost"] = (STEPS.index("distortion"), bright)
    return {name: picture for name, (since, picture) in all_of_them.items() if reached >= since}


def _numbers(first: Figures, draw: int) -> dict[str, str]:
    arrays, numbers = first.arrays, first.numbers
    distortion = float(arrays["per_pixel"][draw].sum())
    parts = arrays["per_dimension"][draw]
    rate = float(parts.sum())
    pairs = {"mu": arrays["mu"], "sigma": arrays["sigma"], "noise": arrays["noise"][draw], "z": arrays["z"][draw]}
    values = {name: f"({number(pair[0])}, {number(pair[1])})" for name, pair in pairs.items()}
    values |= {name: number(parts[axis]) for axis, name in enumerate(("first", "second"))}
    values |= {"distortion": number(distortion), "rate": number(rate), "loss": number(distortion + rate), "count": str(draw + 1)}
    values |= {name: number(numbers[f"way_{name}"]) for name in ("before", "after", "encoder", "decoder")}
    return values | {"updates": number(numbers["updates"], "{:,.0f}"), "batch": str(VAE.batch_size)}
