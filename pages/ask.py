"""Drawing what one asks for: walks along the axes of a plain VAE, and models that are told the label."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, number, percent, spread
from vae_core.experiments.control import AXES, DIGITS, SHOWN, STOPS
from vae_core.experiments.spare import PAID

NEARLY_ALL, HALF = 0.9, 0.5


def walks(found: Found, words: dict[str, str]) -> None:
    """Choose an axis, and see some digits go along it."""
    arrays = found.first.arrays
    st.markdown(words["walk"])
    axis = st.segmented_control(
        words["axis"], range(AXES), default=0, required=True, format_func=lambda place: str(place + 1), key="ask_axis"
    )
    kl = float(arrays["walks_kl"][axis])
    st.caption(fill(words["used" if kl > PAID else "idle"], kl=number(kl)))
    for digit, way, seen in zip(SHOWN, arrays["walks"][axis], arrays["walks_read"][axis], strict=True):
        told = fill(words["row"], digit=str(digit), read=" ".join(map(str, seen)))
        st.caption(told)
        inline.picture(images.sheet(way, (8, 8), columns=STOPS, size=40), alt=told)


def samples(found: Found, words: dict[str, str], who: str) -> None:
    """What a model draws, ten a row."""
    st.markdown(words[who])
    inline.picture(images.sheet(found.first.arrays[f"{who}_drawn"], (8, 8), columns=DIGITS, size=40), alt=words[f"{who}-alt"])


page = Lesson("ask")
page.begin()
found = page.experiment("control") if page.predict(("stays", "most", "few")) else None
if found:
    words, figures = page.words, found.figures
    shares = ("kept", "told", "ae_told", "ae_own", "reader", "says_plain", "says_told", "says_ae")
    values = {name: percent(figures[name]) for name in shares} | {"used": spread(figures["used"], 1)}
    left, right = st.columns(2)
    with left:
        walks(found, words)
    with right:
        st.markdown(fill(words["chart"], **values))
        axes = [figures[f"kept_{place}"] for place in range(1, AXES + 1)]
        series = charts.Series(words["kept"], palette.VAE, axes)
        chart = charts.grouped(
            [str(place) for place in range(1, AXES + 1)], [series], y_title=words["kept"], percent=True, level=NEARLY_ALL
        )
        told = "; ".join(map(percent, axes))
        st.plotly_chart(chart.update_xaxes(title=words["axes"]), key="ask_axes", alt=f"{words['kept']}, by axis: {told}.")
        st.caption(fill(words["read"], **values))
    for column, who in zip(st.columns(2), ("plain", "told"), strict=True):
        with column:
            samples(found, words, who)

    cases = {
        "open": not figures.enough,
        "stays": figures.compare("kept", NEARLY_ALL) == "more",
        "few": figures.compare("kept", HALF) == "less",
        "most": figures.compare("kept", NEARLY_ALL) == "less" and figures.compare("kept", HALF) == "more",
    }
    came = first_true(cases, "unclear")
    page.finding(came, **values)
    st.markdown(fill(words[f"asked-{figures.compare('told', NEARLY_ALL)}"], **values))
    page.open_runs(["plain", "told", "ae"], found)
    page.why(came, **values)
    ahead = figures.compare("told", "ae_told")
    answers = {"early": not figures.enough, "vae": ahead == "more", "ae": ahead == "less"}
    if page.transfer(("vae", "ae", "even"), first_true(answers, "even"), **values):
        samples(found, words, "ae")
    page.claims("control", found)
    page.try_next()
