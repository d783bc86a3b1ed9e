"""The gap between learned and new images, and who rebuilds new ones better."""

import streamlit as st

from ui import charts, palette
from ui.lesson import Lesson, first_true
from ui.phrases import spread
from vae_core.experiments.overfit import SIZES

page = Lesson("overfit")
page.begin()
found = page.experiment("overfit") if page.predict(("vae", "turns", "ae")) else None
if found:
    words, figures = page.words, found.figures
    models = (("ae", "AE", palette.AE), ("vae", "VAE", palette.VAE))
    ends = (SIZES[0], SIZES[-1])
    values = {f"{who}{size}_test": spread(figures[f"{who}{size}_test"], 4) for who, *_ in models for size in SIZES}
    values |= {f"{who}{size}_gap": spread(figures[f"{who}{size}_gap"], 4) for who, *_ in models for size in ends}
    st.markdown(words["chart"])
    lines = [
        charts.Series(f"{name}, {words[title]}", color, [figures[f"{who}{size}_{part}"] for size in SIZES], dash)
        for who, name, color in models
        for part, title, dash in (("test", "new", "solid"), ("train", "learned", "dot"))
    ]
    chart = charts.sweep(SIZES, lines, x_title=words["images"], y_title=words["error"], log_y=True)
    told = "; ".join(f"{size} training images: AE {values[f'ae{size}_test']}, VAE {values[f'vae{size}_test']}" for size in SIZES)
    st.plotly_chart(chart, key="overfit_sweep", alt=f"Squared error per pixel on new digits. {told}.")

    few, many = (figures.compare(f"vae{size}_test", f"ae{size}_test") for size in ends)
    cases = {"vae": (few, many) == ("less", "less"), "ae": (few, many) == ("more", "more"), "turns": (few, many) == ("less", "more")}
    came = first_true(cases)
    page.finding(came, **values)
    page.open_runs([f"{who}{size}" for size in ends for who, *_ in models], found)
    page.why(came)
    gap = figures.compare("vae1000_gap", "ae1000_gap")
    page.transfer(("gap-ae", "gap-vae"), first_true({"gap-ae": gap == "more", "gap-vae": gap == "less"}, "gap-open"), **values)
    page.claims("overfit", found)
    page.try_next()
