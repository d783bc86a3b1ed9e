"""VQ-VAE: codes from a codebook, what they are drawn from, and what they keep of an image."""

import math

import streamlit as st

from ui import charts, images, inline
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.codes import CODEBOOK, SLOTS

page = Lesson("codes")
page.begin()
found = page.experiment("codes") if page.predict(("prior", "even", "same")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"{way}_frechet": spread(figures[f"{way}_frechet"]) for way in ("prior", "even", "vae")}
    values |= {name: spread(figures[name], 1) for name in ("vq_rate", "vae_rate", "cheap_rate", "perplexity", "perplexity_first")}
    values |= {name: spread(figures[name], 4) for name in ("vq_error", "vae_error", "cheap_error")}
    moments = [f"{epoch:.1f}" for epoch in first["moments"]]
    moment = moments.index(st.select_slider(words["slide"], moments, value=moments[-1], key="codes_moment"))
    left, right = st.columns(2)
    with left:
        st.markdown(words["map"])
        chart = charts.codebook(first["words"], first["shares"], moment=moment, used=words["share"])
        st.plotly_chart(chart, key="codes_map", alt=f"The codebook's entries; {values['perplexity']} of {CODEBOOK} are in use at the end.")
    with right:
        st.markdown(words["usage"])
        titles = (words["epochs"], words["perplexity"])
        chart = charts.usage(first["epochs"], first["used"], CODEBOOK, moment=float(first["moments"][moment]), titles=titles)
        st.plotly_chart(chart, key="codes_usage", alt=f"Entries in use, from {values['perplexity_first']} to {values['perplexity']}.")
    for column, way in zip(st.columns(3), ("prior", "even", "vae"), strict=True):
        with column:
            st.caption(fill(words[way], distance=values[f"{way}_frechet"]))
            inline.picture(
                images.sheet(first[f"{way}_samples"], (8, 8), columns=8, size=40), alt=fill(words[way], distance=values[f"{way}_frechet"])
            )

    against = figures.compare("prior_frechet", "even_frechet")
    came = first_true({"open": not figures.enough, "prior": against == "less", "even": against == "more"}, "same")
    page.finding(came, **values)
    page.open_runs(["vq", "vae", "cheap"], found)
    page.why(came, even_rate=f"{SLOTS * math.log(CODEBOOK):.1f}", **values)
    rebuilt = figures.compare("vq_error", "vae_error")
    nats = fill(words[f"nats-{figures.compare('cheap_error', 'vq_error')}"], **values)
    answers = {"vq": rebuilt == "less", "cloud": rebuilt == "more"}
    if page.transfer(("vq", "cloud"), first_true(answers, "unsure"), nats=nats, **values):
        for name, title in (("originals", "originals"), ("vq", "rebuilt-vq"), ("vae", "rebuilt-vae"), ("cheap", "rebuilt-cheap")):
            st.caption(words[title])
            inline.picture(images.sheet(first[name], (8, 8), columns=8), alt=words[title])
    page.claims("codes", found)
    page.try_next()
