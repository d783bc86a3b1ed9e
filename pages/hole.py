"""Imputation: part of an image is missing, and is to be filled."""

import streamlit as st

from ui import charts, images, inline, painting, palette
from ui.lesson import Lesson, first_true
from ui.phrases import percent
from vae_core.experiments.hole import HOLES, WAYS

COLORS = {"again": palette.AE, "search": palette.VAE, "masked": palette.SIGMA, "near": palette.MU}

page = Lesson("hole")
page.begin()
found = page.experiment("hole") if page.predict(("again", "search", "masked", "near", "even")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"{way}_{hole}": percent(figures[f"{way}_{hole}"]) for way in (*WAYS, "whole") for hole in HOLES}
    hole = st.segmented_control(words["choose"], list(HOLES), default="middle", required=True, format_func=words.get, key="hole_hole")
    left, right = st.columns([5, 4])
    with left:
        st.markdown(words["chart"])
        series = [charts.Series(words[way], COLORS[way], [figures[f"{way}_{hole}"]]) for way in WAYS]
        chart = charts.grouped([words[hole]], series, y_title=words["error"], percent=True, level=1.0, height=420)
        told = "; ".join(f"{words[way]} {values[f'{way}_{hole}']}" for way in WAYS)
        st.plotly_chart(chart, key="hole_bars", alt=f"Error inside the hole. {told}.")
    with right:
        for name, title in (("originals", "original"), (f"seen_{hole}", "seen"), *((f"{way}_{hole}", way) for way in WAYS)):
            st.caption(words[title])
            inline.picture(images.sheet(first[name], (8, 8), columns=8, size=40), alt=words[title])

    cases = {"open": len(figures) < 3}
    cases |= {way: all(figures.compare(f"{way}_middle", f"{other}_middle") == "less" for other in WAYS if other != way) for way in WAYS}
    came = first_true(cases, "even")
    page.finding(came, **values)
    page.open_runs(["ae", "masked", "vae"], found)
    page.why(came, **values)
    painting.painting(found, words)
    half = figures.compare("masked_bottom", "masked_middle", 1.25)
    page.transfer(("holds", "fails"), first_true({"holds": half == "less", "fails": half == "more"}, "unsure"), **values)
    page.claims("hole", found)
    page.try_next()
