"""The second experiment on guards: images that have nothing in common with those that were learned."""

import streamlit as st

from jobs.settings import data_folder
from ui import charts, datacards, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.catalogue import CATALOGUE, DataSet
from vae_core.experiments.strangers import LEARNED, WAYS

COLORS = {"ae": palette.AE, "bound": palette.VAE, "plain": palette.RATE, "pca": palette.PRIOR, "near": palette.MU}
SHAPE = (28, 28)
COIN, GOOD = 0.5, 0.9  # AUROC


def missing() -> list[DataSet]:
    """The data sets of this experiment that are not on this machine."""
    return [CATALOGUE[data] for data in LEARNED.values() if not CATALOGUE[data].present(data_folder())]


def strangers(page: Lesson) -> None:
    """Offer what must be downloaded; or ask, carry out, and say what came."""
    words = page.words
    st.subheader(words["strangers"])
    st.markdown(words["strangers-intro"])
    away = missing()
    if away:
        titles, size = " and ".join(source.title for source in away), sum(source.download for source in away)
        st.markdown(fill(words["strangers-away"], missing=titles, size=str(size)))
        for source in away:
            datacards.offer(source, f"**{source.title}**")
    elif page.further(("alarm", "weak", "blind")):
        found = page.experiment("strangers")
        if found:
            _show(page, found)


def _show(page: Lesson, found: Found) -> None:
    words, figures = page.words, found.figures
    values = {f"{way}_{learned}": spread(figures[f"{way}_{learned}"], "{:.3f}") for way in WAYS for learned in LEARNED}
    st.markdown(words["strangers-chart"])
    series = [charts.Series(words[way], COLORS[way], [figures[f"{way}_{learned}"] for learned in LEARNED]) for way in WAYS]
    chart = charts.grouped([words[f"learned-{learned}"] for learned in LEARNED], series, y_title="AUROC", level=COIN, height=420)
    told = "; ".join(f"{words[way]}: {', '.join(values[f'{way}_{learned}'] for learned in LEARNED)}" for way in WAYS)
    st.plotly_chart(chart, key="strangers_bars", alt=f"AUROC of those who learned digits, and clothes. {told}.")
    for column, learned in zip(st.columns(2), LEARNED, strict=True):
        with column:
            for what in ("strange", "rebuilt"):
                told = fill(words[f"shown-{what}"], learned=words[learned])
                st.caption(told)
                inline.picture(images.sheet(found.first.arrays[f"{what}_{learned}"], SHAPE, columns=8), alt=told)
    coin, good = (figures.compare("bound_clothes", level) for level in (COIN, GOOD))
    cases = {"wait": len(figures) < 3, "blind": coin == "less", "alarm": good == "more", "weak": (coin, good) == ("more", "less")}
    came = first_true(cases, "wait")
    page.found_further(came, **values)
    values["grey"] = fill(words[f"grey-{figures.compare('plain_clothes', COIN)}"], **values)
    st.markdown(fill(words["why-blind" if came == "blind" else "why-seen"], **values))
