"""Where new images should come from: N(0, I) or a prior that learns; then a second stage, MMD and β < 1 beside them."""

from collections.abc import Sequence

import streamlit as st

from ui import charts, palette, rungs
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.catalogue import CATALOGUE
from vae_core.experiments.ladder import BOUND, EFFORT, RUNGS, name_of
from vae_core.figures import Replicates

LEARN = ("mixture", "flow")
ASKED = ("normal", *LEARN)
FOR_LESS = ("mmd", "low")  # these leave the prior as it is, and pay less for clouds
COLORS = {"frechet": palette.VAE, BOUND: palette.DISTORTION}


def chart(page: Lesson, found: Found, name: str, among: Sequence[str], key: str) -> None:
    """One figure of those rungs that have it."""
    words = page.words
    st.markdown(words[f"chart-{name}"])
    having = [rung for rung in among if rungs.has(found.first, f"{rung}_{name}")]
    told = [found.figures[f"{rung}_{name}"] for rung in having]
    drawn = charts.rungs([words[f"rung-{rung}"] for rung in having], told, color=COLORS[name], x_title=words[name])
    st.plotly_chart(drawn, key=key, alt=f"{words[name]}: {', '.join(map(spread, told))}.")


def came_nearer(figures: Replicates, rung: str) -> bool:
    """Whether samples came nearer than those of N(0, I), with codes that may say more."""
    return figures.compare(f"{rung}_frechet", "normal_frechet") == "less" and figures.compare(f"{rung}_rate", "normal_rate") == "more"


def seven(page: Lesson, digits: Found) -> None:
    """All rungs, on the data set of choice."""
    words = page.words
    st.markdown(words["others-intro"])
    data = st.segmented_control(
        words["data"], list(EFFORT), default="digits", required=True, key="ladder_data", format_func=lambda one: CATALOGUE[one].title
    )
    found = digits if data == "digits" else page.experiment(name_of(data))
    rungs.cards(name_of(data), words, [rung for rung in RUNGS if data != "digits" or rung not in ASKED])
    if not found:
        return
    figures = found.figures
    for column, name in zip(st.columns(2), COLORS, strict=True):
        with column:
            chart(page, found, name, list(RUNGS), f"ladder_all_{name}")
    values = {f"{rung}_rate": spread(figures[f"{rung}_rate"]) for rung in ("normal", *FOR_LESS)}
    values |= {f"{rung}_bound": spread(figures[f"{rung}_{BOUND}"]) for rung in ("normal", *FOR_LESS)}
    st.markdown(fill(words["best"], best=rungs.said(rungs.best(figures, "frechet"), words)))
    if all(came_nearer(figures, rung) for rung in FOR_LESS):
        st.markdown(fill(words["nearer"], **values))
    st.markdown(words["expectations"])
    st.markdown(rungs.expectations(figures, words))
    st.markdown(rungs.table(figures, rungs.seconds(name_of(data), len(figures)), words))
    st.caption(words["table"])


page = Lesson("ladder")
page.begin()
if page.predict(("nearer", "same", "farther")):
    words = page.words
    found = page.experiment("ladder")
    st.markdown(words["cards"])
    rungs.cards("ladder", words, ASKED)
    if found:
        figures = found.figures
        chart(page, found, "frechet", ASKED, "ladder_frechet")
        values = {f"{rung}_frechet": spread(figures[f"{rung}_frechet"]) for rung in ASKED}
        values |= {f"{rung}_bound": spread(figures[f"{rung}_{BOUND}"]) for rung in ASKED}
        values |= {f"{rung}_rate": spread(figures[f"{rung}_rate"]) for rung in ASKED}
        against = {rung: figures.compare(f"{rung}_frechet", "normal_frechet") for rung in LEARN}
        values |= {f"{rung}_came": words[f"came-{one}"] for rung, one in against.items()}
        cases = {"open": not figures.enough, "nearer": "less" in against.values(), "farther": "more" in against.values()}
        came = first_true(cases, "same")
        page.finding(came, **values)
        page.open_runs(list(RUNGS), found)
        page.why(came, **values)
        higher = [figures.compare(f"{rung}_{BOUND}", f"normal_{BOUND}") == "more" for rung in LEARN]
        answers = {"early": not figures.enough, "both": all(higher), "one": any(higher)}
        if page.transfer(("both", "one", "none"), first_true(answers, "none"), **values):
            chart(page, found, BOUND, ASKED, "ladder_bound")
            others = st.expander(words["others"], key="ladder_seven", on_change="rerun")
            if others.open:
                with others:
                    seven(page, found)
        page.claims("ladder", found)
        page.try_next()
