"""The loss of a VAE, put together on one image: which term depends on the draw, and what pictures are left when the KL is 0."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.one_image import one_image
from ui.phrases import fill, spread

SAME = 1e-6  # nats; terms that differ by less are equal but for rounding
NEAR = 0.02  # errors within this share of each other count as equal

page = Lesson("elbo")
page.begin()
found = page.experiment("elbo") if page.predict(("both", "picture", "cloud")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {name: spread(figures[name]) for name in figures.figures[0].numbers}
    values |= {name: spread(figures[name], 3) for name in ("vae_error", "dear_error", "mean_error")}
    st.markdown(words["chart"])
    draws = [str(draw + 1) for draw in range(len(first["noise"]))]
    parts = [
        (words["rate"], palette.RATE, first["per_dimension"].sum(-1)),
        (words["distortion"], palette.DISTORTION, first["per_pixel"].sum(-1)),
    ]
    told = f"Over ten draws reconstruction scatters by {values['scatter']} nats, KL by {values['rate_scatter']}."
    bars = charts.stacked(draws, parts, x_title=words["draw"], y_title=words["nats"], height=300)
    st.plotly_chart(bars, key="elbo_draws", alt=told)

    picture, cloud = (figures.compare(name, SAME) for name in ("scatter", "rate_scatter"))
    cases = {
        "both": (picture, cloud) == ("more", "more"),
        "picture": (picture, cloud) == ("more", "less"),
        "cloud": (picture, cloud) == ("less", "more"),
    }
    came = first_true(cases)
    page.finding(came, **values)
    page.open_runs(["vae"], found)
    page.why(came)
    st.subheader(words["slow"])
    one_image(found.first, words)
    st.markdown(fill(words["sum"], **values))

    answers = {
        "early": not figures.enough,
        "before": figures.compare("dear_error", "vae_error", 1.1) == "less",
        "average": figures.compare("dear_error", "mean_error", 1 + NEAR) == "less"
        and figures.compare("dear_error", "mean_error", 1 - NEAR) == "more",
        "noise": figures.compare("dear_error", "mean_error", 1 + NEAR) == "more",
    }
    if page.transfer(("before", "average", "noise"), first_true(answers, "between"), **values):
        for name in ("originals", "vae_rebuilt", "dear_rebuilt"):
            st.caption(words[name])
            inline.picture(images.sheet(first[name], (8, 8), columns=8), alt=words[name])
    page.claims("elbo", found)
    page.try_next()
