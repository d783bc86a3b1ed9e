"""What a mean over pixels in place of their sum makes of a VAE; and what the way to score a pixel does."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.mean import LIKELIHOODS, REDUCTIONS
from vae_core.figures import Replicates

COLORS = {"sum": palette.RATE, "mean": palette.PRIOR}

page = Lesson("mean")


def draw_rates(kinds: list[str], figures: Replicates, key: str) -> None:
    """KL with sum and mean, for each of some ways to score a pixel."""
    words = page.words
    groups = [charts.Series(words[how], COLORS[how], [figures[f"{kind}_{how}_rate"] for kind in kinds]) for how in REDUCTIONS]
    chart = charts.grouped([words[kind] for kind in kinds], groups, y_title=words["nats"], height=320)
    told = "; ".join(
        f"{words[kind]}: " + ", ".join(f"{how} {spread(figures[f'{kind}_{how}_rate'])}" for how in REDUCTIONS) for kind in kinds
    )
    st.plotly_chart(chart, key=key, alt=f"KL in nats per image. {told}.")


page.begin()
found = page.experiment("mean") if page.predict(("same", "falls", "grows")) else None
if found:
    words, figures = page.words, found.figures
    values = {name: spread(figures[name]) for name in figures.figures[0].numbers}
    values |= {name: spread(figures[name], 3) for name in ("bce_sum_error", "bce_mean_error")}
    left, right = st.columns(2)
    with left:
        st.markdown(words["chart"])
        draw_rates(["bce"], figures, "mean_bce")
    with right:
        for name in ("originals", "sum_rebuilt", "mean_rebuilt"):
            st.caption(words[name])
            inline.picture(images.sheet(found.first.arrays[name], (8, 8), columns=8), alt=words[name])

    cases = {
        "open": not figures.enough,
        "falls": figures.compare("bce_mean_rate", "bce_sum_rate", 0.1) == "less",
        "grows": figures.compare("bce_mean_rate", "bce_sum_rate", 1.1) == "more",
        "same": figures.compare("bce_mean_rate", "bce_sum_rate", 0.5) == "more",
    }
    came = first_true(cases, "unclear")
    page.finding(came, **values)
    page.open_runs(["bce_sum", "bce_mean"], found)
    page.why(came)

    answers = {
        "early": not figures.enough,
        "smaller": figures.compare("mse_sum_rate", "bce_sum_rate", 0.9) == "less",
        "larger": figures.compare("mse_sum_rate", "bce_sum_rate", 1.1) == "more",
    }
    if page.transfer(("larger", "alike", "smaller"), first_true(answers, "alike"), **values):
        draw_rates(list(LIKELIHOODS), figures, "mean_all")
        dearer = answers["smaller"] and figures.compare("learned_sum_rate", "mse_sum_rate") == "more"
        st.markdown(fill(words["price-more" if dearer else "price-open"], **values))
        st.markdown(fill(words["negative" if figures.compare("learned_sum_distortion", 0.0) == "less" else "positive"], **values))
        st.markdown(fill(words["grey"], **values))
    page.claims("mean", found)
    page.try_next()
