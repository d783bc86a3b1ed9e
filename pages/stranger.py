"""What has nothing in common with what was learned: does a bound on its probability give it away?"""

import streamlit as st

from jobs.settings import data_folder
from ui import charts, datacards, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.catalogue import CATALOGUE, DataSet
from vae_core.experiments.strangers import LEARNED, WAYS
from vae_core.figures import Replicates

COLORS = {"bound": palette.VAE, "ae": palette.AE, "pca": palette.PRIOR, "near": palette.MU}  # those that see grey
SIDES = ("clothes", "digits")  # what was learned; the first is the one that is asked about
SHAPE = (28, 28)
COIN, GOOD = 0.5, 0.9  # AUROC


def missing() -> list[DataSet]:
    """The data sets of this experiment that are not on this machine."""
    return [CATALOGUE[data] for data in LEARNED.values() if not CATALOGUE[data].present(data_folder())]


def offer(away: list[DataSet], words: dict[str, str]) -> None:
    """Say what must be downloaded, and let the student do it."""
    titles, size = " and ".join(source.title for source in away), sum(source.download for source in away)
    st.markdown(fill(words["away"], missing=titles, size=str(size)))
    for source in away:
        datacards.offer(source, f"**{source.title}**")


def guards(found: Found, words: dict[str, str], values: dict[str, str]) -> None:
    """How well each guard finds the strangers, and what the autoencoder makes of them."""
    st.markdown(words["chart"])
    series = [charts.Series(words[way], color, [found.figures[f"{way}_{learned}"] for learned in SIDES]) for way, color in COLORS.items()]
    chart = charts.grouped([words[f"learned-{learned}"] for learned in SIDES], series, y_title="AUROC", level=COIN, height=420)
    told = "; ".join(f"{words[way]}: {', '.join(values[f'{way}_{learned}'] for learned in SIDES)}" for way in COLORS)
    st.plotly_chart(chart, key="stranger_bars", alt=f"AUROC of those who learned clothes, and digits. {told}.")
    for column, learned in zip(st.columns(2), SIDES, strict=True):
        with column:
            for what in ("strange", "rebuilt"):
                told = fill(words[what], learned=words[learned])
                st.caption(told)
                inline.picture(images.sheet(found.first.arrays[f"{what}_{learned}"], SHAPE, columns=8), alt=told)


def zone(figures: Replicates, figure: str, names: tuple[str, str, str]) -> dict[str, bool]:
    """Whether an AUROC is below that of a coin, between, or that of a good guard, under these names."""
    coin, good = (figures.compare(figure, level) for level in (COIN, GOOD))
    return dict(zip(names, (coin == "less", (coin, good) == ("more", "less"), good == "more"), strict=True))


page = Lesson("stranger")
page.begin()
away, found = missing(), None
if away:
    offer(away, page.words)
elif page.predict(("alarm", "weak", "blind")):
    found = page.experiment("strangers")
if found:
    words, figures = page.words, found.figures
    values = {f"{way}_{learned}": spread(figures[f"{way}_{learned}"], 3) for way in WAYS for learned in LEARNED}
    guards(found, words, values)
    came = first_true({"open": not figures.enough, **zone(figures, "bound_clothes", ("blind", "weak", "alarm"))}, "unclear")
    page.finding(came, **values)
    page.open_runs(["ae_clothes", "vae_clothes"], found)
    page.why(came, **values)
    answers = {"early": not figures.enough, **zone(figures, "plain_clothes", ("still", "better", "cured"))}
    page.transfer(("cured", "better", "still"), first_true(answers, "between"), **values)
    page.try_next()
