"""An AE and a VAE as generators: what the decoder can draw, and what it is given to draw."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from vae_core.experiments.generate import WAYS

page = Lesson("generate")
page.begin()
found = page.experiment("generate") if page.predict(("vae", "fit", "ae")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    models = (("ae", "AE", palette.AE), ("vae", "VAE", palette.VAE))
    names = [words[way] for way in WAYS]
    values = {f"{who}_{way}": spread(figures[f"{who}_{way}_frechet"]) for who, *_ in models for way in WAYS}
    values |= {f"{who}_rebuilt": spread(figures[f"{who}_rebuilt_frechet"]) for who, *_ in models}
    way = st.segmented_control(words["way"], WAYS, default="normal", required=True, format_func=words.get, key="generate_way")
    for column, (who, *_) in zip(st.columns(2), models, strict=True):
        with column:
            st.markdown(words[who])
            inline.picture(images.sheet(first[f"{who}_{way}"], (8, 8), columns=8), alt=f"Eight samples: {words[who]}, {words[way]}")
            st.caption(words["near"])
            inline.picture(images.sheet(first[f"{who}_{way}_near"], (8, 8), columns=8), alt=words["near"])
    st.markdown(words["chart"])
    series = [charts.Series(name, color, [figures[f"{who}_{way}_frechet"] for way in WAYS]) for who, name, color in models]
    told = "; ".join(f"{words[way]}: AE {values[f'ae_{way}']}, VAE {values[f'vae_{way}']}" for way in WAYS)
    chart = charts.grouped(names, series, y_title=words["distance"], level=figures["real_frechet"].mean)
    st.plotly_chart(chart, key="generate_bars", alt=f"Fréchet distance. {told}.")
    rows = [
        fill(
            words["row"], who=name, way=words[way], **{part: percent(figures[f"{who}_{way}_{part}"]) for part in ("precision", "coverage")}
        )
        for who, name, _ in models
        for way in WAYS
    ]
    with st.expander(words["more"]):
        st.markdown("\n".join([words["table"], *rows]))

    against, plain = figures.compare("ae_mixture_frechet", "vae_normal_frechet"), figures.compare("ae_normal_frechet", "vae_normal_frechet")
    cases = {"ae": plain == "less", "fit": against == "less" and plain == "more", "vae": against == "more" and plain == "more"}
    came = first_true(cases)
    page.finding(came, **values)
    page.open_runs(["ae", "vae"], found)
    page.why(came, **values)
    away = {name: spread(figures[name], 3) for name in ("vae_normal_nearest", "vae_cloud_nearest")}
    st.markdown(fill(words["clouds"], **away))
    near = figures.compare("vae_normal_nearest", "test_nearest", 0.9)
    distances = {"samples": spread(figures["vae_normal_nearest"], 3), "new": spread(figures["test_nearest"], 3)}
    page.transfer(("copies", "new"), first_true({"copies": near == "less", "new": near == "more"}, "unsure"), **distances)
    page.claims("generate", found)
    page.try_next()
