"""A decoder that gives each pixel a σ of its own: where it is sure, and what that is worth."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.pixels import SHADES

page = Lesson("pixels")
page.begin()
found = page.experiment("pixels") if page.predict(("dark", "grey", "bright")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {name: spread(figures[name]) for name in figures.figures[0].numbers}
    values |= {name: spread(figures[name], 4) for name in ("one_error", "each_error")}
    values["quiet"] = spread(figures["quiet"], 0)
    left, right = st.columns(2)
    with left:
        st.markdown(fill(words["chart"], **values))
        series = [
            charts.Series(words["each"], palette.VAE, [figures[shade] for shade in SHADES]),
            charts.Series(words["one"], palette.PRIOR, [figures["one_sigma"]] * len(SHADES)),
        ]
        chart = charts.grouped([words[shade] for shade in SHADES], series, y_title=words["sigma"])
        told = "; ".join(f"{words[shade]}: {values[shade]}" for shade in SHADES)
        st.plotly_chart(chart, key="pixels_shades", alt=f"Mean σ by shade. {told}. One σ for all: {values['one_sigma']}.")
    with right:
        for name in ("originals", "means", "sigmas"):
            st.caption(words[name])
            inline.picture(images.sheet(first[name], (8, 8), columns=8), alt=words[name])

    cases = {"open": not figures.enough}
    cases |= {shade: all(figures.compare(shade, other) == "more" for other in SHADES if other != shade) for shade in SHADES}
    came = first_true(cases, "unclear")
    page.finding(came, **values)
    page.open_runs(["one", "each"], found)
    page.why(came, **values)
    st.markdown(fill(words[f"worth-{figures.compare('each_elbo', 'places_elbo')}"], **values))
    off = figures.compare("each_error", "one_error")
    answers = {"early": not figures.enough, "nearer": off == "less", "farther": off == "more"}
    page.transfer(("nearer", "alike", "farther"), first_true(answers, "alike"), **values)
    page.claims("pixels", found)
    page.try_next()
