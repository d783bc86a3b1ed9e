"""The loss of a VAE, put together on one image; and what a mean in place of a sum does to it."""

import streamlit as st

from ui import charts, palette
from ui.lesson import Lesson, first_true
from ui.one_image import one_image
from ui.phrases import fill, spread
from vae_core.experiments.elbo import COUNTS, LIKELIHOODS, REDUCTIONS

page = Lesson("elbo")
page.begin()
found = page.experiment("elbo") if page.predict(("same", "falls", "grows")) else None
if found:
    words, figures = page.words, found.figures
    st.subheader(words["slow"])
    one_image(found.first, words)

    values = {name: spread(figures[name]) for name in figures.figures[0].numbers}
    values |= {f"{kind}_{how}_error": spread(figures[f"{kind}_{how}_error"], "{:.3f}") for kind in LIKELIHOODS for how in REDUCTIONS}
    st.subheader(words["both"])
    st.markdown(words["chart"])
    groups = [
        charts.Series(words[how], color, [figures[f"{kind}_{how}_rate"] for kind in LIKELIHOODS])
        for how, color in (("sum", palette.RATE), ("mean", palette.PRIOR))
    ]
    chart = charts.grouped([words[kind] for kind in LIKELIHOODS], groups, y_title=words["nats"])
    told = "; ".join(f"{words[kind]}: sum {values[f'{kind}_sum_rate']}, mean {values[f'{kind}_mean_rate']}" for kind in LIKELIHOODS)
    st.plotly_chart(chart, key="elbo_reduction", alt=f"KL in nats per image. {told}.")

    cases = {
        "open": len(figures) < 3,
        "falls": all(figures.compare(f"{kind}_mean_rate", f"{kind}_sum_rate", 0.1) == "less" for kind in LIKELIHOODS),
        "grows": all(figures.compare(f"{kind}_mean_rate", f"{kind}_sum_rate", 1.1) == "more" for kind in LIKELIHOODS),
        "same": all(figures.compare(f"{kind}_mean_rate", f"{kind}_sum_rate", 0.5) == "more" for kind in LIKELIHOODS),
    }
    came = first_true(cases, "mixed")
    page.finding(came, **values)
    page.open_runs([f"{kind}_{how}" for kind in LIKELIHOODS for how in REDUCTIONS], found)
    page.why(came, **values)
    st.markdown(fill(words["negative" if figures.compare("learned_sum_distortion", 0.0) == "less" else "positive"], **values))
    values["gap"] = spread(figures.sum({"exact": 1, f"bound_{COUNTS[0]}": -1}))
    rises = figures.compare(f"bound_{COUNTS[-1]}", f"bound_{COUNTS[0]}")
    if page.transfer(
        ("up", "still", "down"), first_true({"early": len(figures) < 3, "up": rises == "more", "down": rises == "less"}, "still"), **values
    ):
        st.markdown(words["lacks"])
        missing = [figures.sum({"exact": 1, f"bound_{count}": -1}) for count in COUNTS]
        chart = charts.sweep(
            COUNTS, [charts.Series(words["missing"], palette.VAE, missing)], x_title=words["codes"], y_title=words["missing"], height=300
        )
        told = "; ".join(f"K = {count}: {spread(one)}" for count, one in zip(COUNTS, missing, strict=True))
        st.plotly_chart(chart, key="elbo_bound", alt=f"What the bound lacks, in nats. {told}.")
        count = st.select_slider(words["slide"], COUNTS, value=COUNTS[0], key="elbo_k")
        lacks = spread(missing[COUNTS.index(count)], "{:.3f}")
        st.markdown(fill(words["bound"], count=str(count), here=values[f"bound_{count}"], truth=values["exact"], lacks=lacks))
    page.claims("elbo", found)
    page.try_next()
