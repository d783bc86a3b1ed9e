"""What an encoder gives, and how a gradient gets through a draw."""

import numpy as np
import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread

SAME = 1e-6  # codes that differ by less are equal but for rounding
FEW, MANY = 3, 100  # where the first answer ends and the last one begins

page = Lesson("cloud")
page.begin()
found = page.experiment("cloud") if page.predict(("neither", "vae", "both")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"{who}_spread": spread(figures[f"{who}_spread"]) for who in ("ae", "vae")}
    for column, (who, color) in zip(st.columns(2), (("ae", palette.AE), ("vae", palette.VAE)), strict=True):
        with column:
            st.markdown(words[who])
            chart = charts.repeats(first[f"{who}_mu"], first[f"{who}_codes"], color=color)
            st.plotly_chart(chart, key=f"cloud_{who}", alt=f"Twenty codes of one digit; they scatter by {values[f'{who}_spread']}.")
            st.caption(words["image"])
            strip = np.vstack([first["image"][None], first[f"{who}_drawn"]])
            inline.picture(images.sheet(strip, (8, 8), columns=11, size=32), alt=words["image"])

    point, cloud = (figures.compare(f"{who}_spread", SAME) for who in ("ae", "vae"))
    cases = {
        "neither": (point, cloud) == ("less", "less"),
        "vae": (point, cloud) == ("less", "more"),
        "both": (point, cloud) == ("more", "more"),
    }
    came = first_true(cases)
    page.finding(came, **values)
    page.open_runs(["ae", "vae"], found)
    page.why(came, blocked=spread(figures["blocked"]))
    st.markdown(fill(words["mean"], **{name: spread(figures[name], 4) for name in ("mean_error", "draw_error")}))
    needed = {
        "one": figures.compare("draws_needed", FEW) == "less",
        "hundred": figures.compare("draws_needed", MANY) == "more",
        "ten": figures.compare("draws_needed", FEW) == "more" and figures.compare("draws_needed", MANY) == "less",
    }
    draws = {"needed": spread(figures["draws_needed"], 0), "baseline": spread(figures["draws_baseline"], 1)}
    if page.transfer(("one", "ten", "hundred"), first_true(needed, "unsure"), **draws):
        st.markdown(words["draws"])
        series = [(words["score"], palette.PRIOR, first["score"]), (words["path"], palette.MU, first["path"])]
        chart = charts.histograms(series, x_title=words["gradient"], y_title=words["count"])
        st.plotly_chart(chart, key="cloud_draws", alt=words["draws"])
    page.claims("cloud", found)
    page.try_next()
