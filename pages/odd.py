"""Anomaly detection: does a model's error give away a kind of image that it never saw, and does it take a model?"""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.odd import DIGITS, WAYS
from vae_core.figures import Replicates

COLORS = {"ae": palette.AE, "pca": palette.PRIOR, "near": palette.MU}
COIN = 0.5  # an AUROC
SURE = 0.9  # an AUROC below this is a digit that is hard to find


def by_digit(figures: Replicates, words: dict[str, str]) -> None:
    """Which digits are hard to find."""
    st.markdown(words["chart"])
    series = [charts.Series(words[way], COLORS[way], [figures[f"{way}_{digit}"] for digit in DIGITS]) for way in WAYS]
    chart = charts.sweep(list(DIGITS), series, x_title=words["digit"], y_title="AUROC").update_yaxes(rangemode="normal")
    told = "; ".join(f"{words[way]} {spread(figures[f'{way}_worst'], 3)} at worst" for way in WAYS)
    st.plotly_chart(chart, key="odd_sweep", alt=f"AUROC for each left-out digit. {told}.")


page = Lesson("odd")
page.begin()
found = page.experiment("odd") if page.predict(("ae", "pca", "near", "even")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"{way}_{part}": spread(figures[f"{way}_{part}"], 3) for way in WAYS for part in ("mean", "worst")}
    st.markdown(words["average"])
    series = charts.Series("AUROC", palette.PRIOR, [figures[f"{way}_mean"] for way in WAYS])
    chart = charts.grouped([words[way] for way in WAYS], [series], y_title="AUROC", level=COIN, height=300)
    chart.update_traces(marker={"color": [COLORS[way] for way in WAYS]}, selector={"type": "bar"})
    told = "; ".join(f"{words[way]} {values[f'{way}_mean']}" for way in WAYS)
    st.plotly_chart(chart, key="odd_mean", alt=f"AUROC, averaged over the left-out digits. {told}.")
    digit = st.segmented_control(words["look"], DIGITS, default=1, required=True, key="odd_digit")
    for column, what in zip(st.columns(2), ("missed", "rebuilt"), strict=True):
        with column:
            st.caption(fill(words[what], digit=str(digit)))
            inline.picture(images.sheet(first[f"{what}_{digit}"], (8, 8), columns=8), alt=fill(words[what], digit=str(digit)))

    cases = {"open": not figures.enough}
    cases |= {way: all(figures.compare(f"{way}_mean", f"{other}_mean") == "more" for other in WAYS if other != way) for way in WAYS}
    came = first_true(cases, "even")
    page.finding(came, **values)
    page.open_runs([f"without{one}" for one in (0, 1, 9)], found)
    page.why(came, **values)
    hardest = min(DIGITS, key=lambda one: figures[f"ae_{one}"].mean)
    worst = figures.compare(f"ae_{hardest}", SURE)
    values |= {"digit": str(hardest), "auroc": spread(figures[f"ae_{hardest}"], 3)}
    if page.transfer(("some", "none"), first_true({"some": worst == "less", "none": worst == "more"}, "unsure"), **values):
        by_digit(figures, words)
    page.claims("odd", found)
    page.try_next()
