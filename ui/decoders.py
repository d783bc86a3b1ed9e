"""The other doubt: decoders that are drawn from a cloud of weights, and where they disagree."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import exact, fill, number, percent, spread
from vae_core.experiments.doubt import SHOWN, STEPS

MORE = 1.25  # times as much is more, less than that is about the same
EXACT = 1e-6  # codes that differ by less are equal but for rounding
CODES, STRAYS = "#ffffff", palette.SELECTED


def decoders(page: Lesson, found: Found) -> bool:
    """Ask where they disagree; then show it over the plane, and say what came. True once the student has said what to expect."""
    words = page.words
    st.subheader(words["bayes"])
    st.markdown(words["bayes-intro"])
    said = page.further(("codes", "empty", "level"))
    if said:
        _walk(found, words)
        _say(page, found)
    return said


def _walk(found: Found, words: dict[str, str]) -> None:
    """A map of their disagreement, and what some of them paint at a place that the student chooses."""
    first = found.first.arrays
    left, right = st.columns([5, 4])
    with right:
        place = st.select_slider(words["walk"], range(STEPS), value=0, key="doubt_place")
        here = number(float(first["doubts"][place]), "{:.3f}")
        told = fill(words["painted"], here=here)
        st.markdown(told)
        painted = first["painted"][place * SHOWN : (place + 1) * SHOWN]
        inline.picture(images.sheet(painted, (8, 8), columns=4, size=72), alt=fill(words["painted-picture"], here=here))
    with left:
        st.markdown(words["map"])
        chart = charts.field(first["field"], first["box"], [(first["codes"], CODES)], title=words["disagreement"])
        chart = charts.walked(chart, first["way"], place)
        st.plotly_chart(chart, key="doubt_map", alt=fill(words["map-picture"], here=here))


def _say(page: Lesson, found: Found) -> None:
    words, figures = page.words, found.figures
    values = {name: spread(figures[name], "{:.4f}") for name in ("on", "off")}
    values |= {"codes": exact(figures["codes"]), "tells": percent(figures["tells"])}
    more, less = figures.compare("off", "on", MORE), figures.compare("on", "off", MORE)
    cases = {"empty": more == "more", "codes": less == "more", "level": (more, less) == ("less", "less")}
    page.found_further(first_true(cases, "wait"), **values)
    st.markdown(fill(words[f"scatter-{figures.compare('codes', EXACT)}"], **values))


def strays(found: Found, words: dict[str, str]) -> None:
    """Where the codes of noise lie on that map."""
    first = found.first.arrays
    left, right = st.columns([5, 4])  # the map as large as the one above
    right.markdown(words["strays"])
    chart = charts.field(first["field"], first["box"], [(first["codes"], CODES), (first["strays"], STRAYS)], title=words["disagreement"])
    left.plotly_chart(chart, key="doubt_strays", alt=words["strays"])
