"""Where new images should come from: N(0, I), priors that learn, a second stage; with MMD and β < 1 beside them."""

import streamlit as st

from ui import charts, palette, rungs
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.catalogue import CATALOGUE
from vae_core.experiments.ladder import BOUND, EFFORT, LEARNED, RUNGS, name_of
from vae_core.figures import Replicates

FOR_LESS = ("mmd", "low")  # these leave the prior as it is, and pay less for clouds


def came_nearer(figures: Replicates, rung: str) -> bool:
    """Whether samples came nearer than those of N(0, I), with codes that may say more."""
    return figures.compare(f"{rung}_frechet", "normal_frechet") == "less" and figures.compare(f"{rung}_rate", "normal_rate") == "more"


page = Lesson("ladder")
page.begin()
if page.predict(("same", "learned", "second")):
    words = page.words
    data = st.segmented_control(
        words["data"], list(EFFORT), default="digits", required=True, key="ladder_data", format_func=lambda one: CATALOGUE[one].title
    )
    found = page.experiment(name_of(data))
    st.markdown(words["cards"])
    rungs.cards(name_of(data), words)
    if found:
        figures = found.figures
        values = {f"{rung}_frechet": spread(figures[f"{rung}_frechet"]) for rung in RUNGS}
        values |= {f"{rung}_bound": spread(figures[f"{rung}_{BOUND}"]) for rung in RUNGS if rung != "staged"}
        values |= {f"{rung}_rate": spread(figures[f"{rung}_rate"]) for rung in ("normal", *FOR_LESS)}
        values["best"] = rungs.said(rungs.best(figures, "frechet"), words)
        for column, (name, color) in zip(st.columns(2), (("frechet", palette.VAE), (BOUND, palette.DISTORTION)), strict=True):
            with column:
                st.markdown(words[f"chart-{name}"])
                having = [rung for rung in RUNGS if rungs.has(found.first, f"{rung}_{name}")]
                told = [figures[f"{rung}_{name}"] for rung in having]
                chart = charts.rungs([words[f"rung-{rung}"] for rung in having], told, color=color, x_title=words[name])
                st.plotly_chart(chart, key=f"ladder_{name}", alt=f"{words[name]}: {', '.join(map(spread, told))}.")
        st.markdown(rungs.table(figures, rungs.seconds(name_of(data), len(figures)), words))
        st.caption(words["table"])

        ahead = {rung: figures.compare(f"{rung}_frechet", "normal_frechet") == "less" for rung in (*LEARNED, "staged")}
        alone = all(figures.compare("staged_frechet", f"{rung}_frechet") == "less" for rung in LEARNED)
        cases = {"open": len(figures) < 3, "second": ahead["staged"] and alone, "learned": any(ahead[rung] for rung in LEARNED)}
        came = first_true(cases, "same")
        page.finding(came, **values)
        st.markdown(words["expectations"])
        st.markdown(rungs.expectations(figures, words))
        page.open_runs(list(RUNGS), found)
        page.why(came)
        if all(came_nearer(figures, rung) for rung in FOR_LESS):
            st.markdown(fill(words["nearer"], **values))
        higher = [figures.compare(f"{rung}_{BOUND}", f"normal_{BOUND}") == "more" for rung in LEARNED]
        page.transfer(("all", "some", "none"), first_true({"all": all(higher), "some": any(higher)}, "none"), **values)
        if data == "digits":  # on which the claims are tested
            page.claims("ladder", found)
        page.try_next()
