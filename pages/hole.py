"""Imputation: part of an image is missing, and is to be filled."""

import streamlit as st

from ui import charts, images, inline, painting, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent
from vae_core.experiments.hole import HOLES, WAYS
from vae_core.figures import Replicates

COLORS = {
    **dict.fromkeys(("again_ae", "search_ae"), palette.AE),
    **dict.fromkeys(("again_vae", "search_vae"), palette.VAE),
    "masked": palette.SIGMA,
    "near": palette.MU,
}
METHODS = {"again": ("again_ae", "again_vae"), "search": ("search_ae", "search_vae"), "masked": ("masked",), "near": ("near",)}
ASKED = "bottom"  # the hole of the last question: it is not shown before the answer


def ahead(figures: Replicates, method: str) -> bool:
    """Whether the best of a method's ways leaves less in the middle than each way of the other methods."""
    best = min(METHODS[method], key=lambda way: figures[f"{way}_middle"].mean)
    return all(figures.compare(f"{best}_middle", f"{other}_middle") == "less" for other in WAYS if other not in METHODS[method])


def helps(figures: Replicates) -> str:
    """Which of the two leaves less, whatever the other is: to search rather than to rebuild, a VAE rather than an AE."""
    search = all(figures.compare(f"search_{model}_middle", f"again_{model}_middle") == "less" for model in ("ae", "vae"))
    vae = all(figures.compare(f"{method}_vae_middle", f"{method}_ae_middle") == "less" for method in ("again", "search"))
    return first_true({"both": search and vae, "search": search, "vae": vae}, "mixed")


page = Lesson("hole")
page.begin()
found = page.experiment("hole") if page.predict(("again", "search", "masked", "near", "even")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"{way}_{hole}": percent(figures[f"{way}_{hole}"]) for way in (*WAYS, "whole") for hole in HOLES}
    holes = [one for one in HOLES if one != ASKED or page.answered()]
    hole = st.segmented_control(
        words["choose"], holes, default="middle", required=True, format_func=words.get, key=f"hole_hole_{len(holes)}"
    )
    left, right = st.columns([5, 4])
    with left:
        st.markdown(words["chart"])
        series = charts.Series(words["error"], palette.PRIOR, [figures[f"{way}_{hole}"] for way in WAYS])
        chart = charts.grouped([words[way] for way in WAYS], [series], y_title=words["error"], percent=True, level=1.0, height=420)
        chart.update_traces(marker={"color": [COLORS[way] for way in WAYS]}, selector={"type": "bar"})
        told = "; ".join(f"{words[way]} {values[f'{way}_{hole}']}" for way in WAYS)
        st.plotly_chart(chart, key="hole_bars", alt=f"Error inside the hole. {told}.")
    with right:
        for name, title in (("originals", "original"), (f"seen_{hole}", "seen"), *((f"{way}_{hole}", way) for way in WAYS)):
            st.caption(words[title])
            inline.picture(images.sheet(first[name], (8, 8), columns=8, size=40), alt=words[title])

    cases = {"open": not figures.enough}
    cases |= {method: ahead(figures, method) for method in METHODS}
    came = first_true(cases, "even")
    page.finding(came, **values)
    page.open_runs(["ae", "masked", "vae"], found)
    page.why(came, **values)
    if came != "open":
        st.markdown(fill(words["swap"], **values))
        st.markdown(words[f"swap-{helps(figures)}"])
    painting.painting(found, words)
    half = figures.compare("masked_bottom", "masked_middle", 1.25)
    page.transfer(("holds", "fails"), first_true({"holds": half == "less", "fails": half == "more"}, "unsure"), **values)
    page.claims("hole", found)
    page.try_next()
