"""Few labels and many images: what a VAE adds to fifty labels, and what it takes away."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from vae_core.experiments.few import WAYS

BARS = ("near", "pixels", "code_near", "code", "added", "m2")

page = Lesson("few")
page.begin()
found = page.experiment("few") if page.predict(("pixels", "code", "added", "m2", "even")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {name: percent(figures[name]) for name in (*BARS, "pixels_all", "code_all", "near_all", "code_near_all")}
    left, right = st.columns([5, 4])
    with left:
        st.markdown(words["chart"])
        series = [charts.Series(words["error"], palette.VAE, [figures[way] for way in BARS])]
        chart = charts.grouped([words[way] for way in BARS], series, y_title=words["error"], percent=True)
        st.plotly_chart(chart, key="few_bars", alt="; ".join(f"{words[way]}: {values[way]} wrong" for way in BARS))
    with right:
        for name in ("labelled", "drawn"):
            st.caption(words[name])
            inline.picture(images.sheet(first[name], (8, 8), columns=8), alt=words[name])

    cases = {"open": not figures.enough}
    cases |= {way: all(figures.compare(way, other) == "less" for other in WAYS if other != way) for way in WAYS}
    came = first_true(cases, "even")
    page.finding(came, **values)
    page.open_runs(["vae", "m2"], found)
    page.why(came, **values)
    st.markdown(words["groups"])
    matches = {name: spread(figures[name]) for name in ("clusters_pixels", "clusters_code")}
    st.markdown(fill(words[f"groups-{figures.compare('clusters_code', 'clusters_pixels')}"], **matches))
    everyone = figures.compare("code_all", "pixels_all")
    vote = fill(words[f"vote-{figures.compare('code_near_all', 'code_all')}"], **values)
    dropped = fill(words[f"dropped-{figures.compare('code_near_all', 'near_all')}"], **values)
    answers = {"all-code": everyone == "less", "all-pixels": everyone == "more"}
    page.transfer(("all-code", "all-pixels"), first_true(answers, "unsure"), vote=vote, dropped=dropped, **values)
    page.claims("few", found)
    page.try_next()
