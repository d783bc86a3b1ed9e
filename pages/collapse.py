"""β and the decoder's σ until the code is dead; what linear theory predicts; and cures."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from vae_core.experiments.collapse import BETAS, CURES, DIMENSIONS, SIGMA
from vae_core.figures import Spread, outcome

LINEAR = "#1fa187"
FEW = 0.5  # dimensions: less than this is none, and so close to all is all
MIDDLE = BETAS[1:-1]

page = Lesson("collapse")
page.begin()
found = page.experiment("collapse") if page.predict(("fade", "together", "stay")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    kinds = ("deep", "linear", "theory")
    values = {f"{kind}_{beta}_rate": spread(figures[f"{kind}_{beta}_rate"]) for kind in kinds for beta in BETAS}
    values |= {f"{kind}_{beta}_active": spread(figures[f"{kind}_{beta}_active"], 1) for kind in kinds for beta in BETAS}
    values |= {f"deep_{beta}_lost": percent(figures[f"deep_{beta}_lost"]) for beta in BETAS}
    values |= {name: spread(figures[name]) for name in ("largest", "learned_sigma")} | {"threshold": spread(figures["threshold"], 1)}
    left, right = st.columns(2)
    with left:
        st.markdown(fill(words["chart"], **values))
        looks = (("deep", palette.VAE, "solid"), ("linear", LINEAR, "solid"), ("theory", palette.PRIOR, "dash"))
        lines = [charts.Series(words[kind], color, [figures[f"{kind}_{beta}_rate"] for beta in BETAS], dash) for kind, color, dash in looks]
        chart = charts.sweep(BETAS, lines, x_title="β", y_title=words["nats"])
        told = "; ".join(f"β = {beta}: {', '.join(values[f'{kind}_{beta}_rate'] for kind in kinds)}" for beta in BETAS)
        st.plotly_chart(chart, key="collapse_ladder", alt=f"KL of the deep VAE, the linear VAE, and by theory. {told}.")
        header = [words["table"]]
        rows = [fill(words["row"], beta=str(beta), **{kind: values[f"{kind}_{beta}_active"] for kind in kinds}) for beta in BETAS]
        st.markdown("\n".join(header + rows))
    with right:
        beta = st.select_slider(words["slide"], BETAS, key="collapse_beta")
        price = beta * SIGMA**2
        st.caption(words["directions"])
        chart = charts.above_price(
            first["eigenvalues"], round(price, 2), titles=(words["direction"], words["variance"], "line: βσ² ="), height=240
        )
        st.plotly_chart(chart, key="collapse_theory", alt=f"Eigenvalues of the digits' covariance, and the price {price:.2f}.")
        st.caption(words["dimensions"])
        chart = charts.kl_per_dimension(first[f"deep_{beta}_kl"], first[f"deep_{beta}_variance"], height=240)
        st.plotly_chart(chart, key="collapse_kl", alt=f"KL per dimension of the deep VAE, β = {beta}.")
        for name, title in (("original", "original"), (f"deep_{beta}_rebuilt", "rebuilt"), ("mean", "average")):
            st.caption(fill(words[title], lost=values[f"deep_{beta}_lost"]))
            inline.picture(images.sheet(first[name], (8, 8), columns=8, size=40), alt=f"{words[title]}, β = {beta}")

    halfway = Spread(tuple(figures.sum({f"deep_{beta}_active": 1 / len(MIDDLE) for beta in MIDDLE}).values))
    some = outcome([value - FEW for value in halfway.values]) == "more"
    not_all = outcome([value - DIMENSIONS + FEW for value in halfway.values]) == "less"
    dead = figures.compare(f"deep_{BETAS[-1]}_active", FEW) == "less"
    cases = {
        "open": not figures.enough,
        "fade": dead and some and not_all,
        "together": dead and some,
        "stay": figures.compare(f"deep_{BETAS[-1]}_active", DIMENSIONS - FEW) == "more",
    }
    came = first_true(cases, "mixed")
    page.finding(came, halfway=spread(halfway, 1), **values)
    page.open_runs(["deep_1", "deep_8", "deep_20", "wide", "learned"], found)
    counted = words[f"counted-{figures.compare('linear_15_active', 'theory_15_active')}"]
    page.why(came, counted=fill(counted, **values), **values)
    cures = {f"{cure}_{what}": form(figures[f"{cure}_{what}"]) for cure in CURES for what, form in (("rate", spread), ("lost", percent))}
    cures |= {f"{cure}_active": spread(figures[f"{cure}_active"], 1) for cure in CURES}
    warm = {
        "early": not figures.enough,
        "cured": figures.compare("warm_lost", "learned_lost", 1.2) == "less",
        "ill": figures.compare("warm_lost", "wide_lost", 0.9) == "more",
    }
    if page.transfer(("cured", "ill"), first_true(warm, "half"), **values, **cures):
        told = [
            fill(words["cure"], name=words[cure], **{what: cures[f"{cure}_{what}"] for what in ("rate", "active", "lost")})
            for cure in CURES
        ]
        st.markdown("\n".join([words["cures"], *told]))
        st.caption(words["cures-note"])
        for cure in CURES:
            st.caption(fill(words["rebuilt-cure"], name=words[cure]))
            inline.picture(images.sheet(first[f"{cure}_rebuilt"], (8, 8), columns=8, size=40), alt=words[cure])
    page.claims("collapse", found)
    page.try_next()
