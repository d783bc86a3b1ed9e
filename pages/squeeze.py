"""What a bottleneck of d numbers costs: an autoencoder against PCA."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent
from vae_core.experiments.squeeze import SIZES

page = Lesson("squeeze")
page.begin()
found = page.experiment("squeeze") if page.predict(("ae", "pca", "even")) else None
if found:
    words, figures = page.words, found.figures
    values = {f"{who}_{d}": percent(figures[f"{who}_{d}"]) for who in ("ae", "pca") for d in SIZES}
    values |= {name: percent(figures[name]) for name in ("train_32", "pca_train_32", "long", "long_train")}
    left, right = st.columns([5, 4])
    with left:
        st.markdown(words["chart"])
        lines = [
            charts.Series(name, color, [figures[f"{who}_{d}"] for d in SIZES])
            for who, name, color in (("ae", "Autoencoder", palette.AE), ("pca", "PCA", palette.PRIOR))
        ]
        chart = charts.sweep(SIZES, lines, x_title=words["numbers"], y_title=words["lost"], percent=True)
        told = "; ".join(f"{d}: autoencoder {values[f'ae_{d}']}, PCA {values[f'pca_{d}']}" for d in SIZES)
        st.plotly_chart(chart, key="squeeze_sweep", alt=f"Share lost on new images, by numbers in the code. {told}.")
    with right:
        size = st.select_slider(words["slide"], SIZES, value=2, key="squeeze_size")
        for name, title in ((None, "original"), (f"ae_{size}", "rebuilt-ae"), (f"pca_{size}", "rebuilt-pca")):
            st.caption(fill(words[title], lost=values.get(name or "", "")))
            inline.picture(images.sheet(found.first.arrays[name or "originals"], (8, 8), columns=8), alt=f"{title}, {size} numbers")

    against = figures.compare("ae_32", "pca_32")
    came = first_true({"open": not figures.enough, "ae": against == "less", "pca": against == "more"}, "even")
    page.finding(came, **values)
    page.open_runs([f"d{d}" for d in SIZES], found)
    page.why(came, **values)
    learned = figures.compare("train_32", "pca_train_32")
    answers = {"learned-early": not figures.enough, "learned-ae": learned == "less", "learned-pca": learned == "more"}
    longer = fill(words[f"longer-{figures.compare('long_train', 'train_32')}"], **values)
    page.transfer(("learned-ae", "learned-pca", "learned-even"), first_true(answers, "learned-even"), longer=longer, **values)
    page.claims("squeeze", found)
    page.try_next()
