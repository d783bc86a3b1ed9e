"""More numbers than a digit needs: how many of them a VAE pays for."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.spare import PAID, SIZES
from vae_core.figures import Spread

FEW, MOST = SIZES[-2], SIZES[-1]
TWICE = 2  # as many, and it is more than about as many
MORE = 1.2  # "farther" begins a fifth beyond

page = Lesson("spare")
page.begin()
found = page.experiment("spare") if page.predict(("all", "more", "same")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {f"used_{d}": spread(figures[f"vae{d}_used"], 1) for d in SIZES}
    values |= {f"rate_{d}": spread(figures[f"vae{d}_rate"]) for d in SIZES}
    values |= {f"{who}_error_{d}": spread(figures[f"{who}{d}_error"], 4) for who in ("ae", "vae") for d in SIZES}
    values |= {f"{who}_away_{d}": spread(figures[f"{who}{d}_away"]) for who in ("ae", "vae") for d in SIZES}
    left, right = st.columns(2)
    with left:
        st.markdown(words["chart"])
        given = charts.Series(words["given"], palette.PRIOR, [Spread((float(d),)) for d in SIZES], "dash")
        used = charts.Series(words["used"], palette.VAE, [figures[f"vae{d}_used"] for d in SIZES])
        chart = charts.sweep(SIZES, [given, used], x_title=words["numbers"], y_title=words["dimensions"], height=300)
        told = "; ".join(f"of {d}: {values[f'used_{d}']}" for d in SIZES)
        st.plotly_chart(chart, key="spare_used", alt=f"Numbers that the VAE pays for. {told}.")
    with right:
        size = st.select_slider(words["slide"], SIZES, value=MOST, key="spare_size")
        st.caption(words["kl"])
        chart = charts.kl_paid(first[f"vae{size}_kl"], first[f"vae{size}_variance"], PAID, names=(words["paid"], words["unpaid"]))
        st.plotly_chart(
            chart, key="spare_kl", alt=f"KL of each of the {size} dimensions; more than {PAID} nats for {values[f'used_{size}']}."
        )
    st.markdown(words["errors"])
    lines = [
        charts.Series(name, color, [figures[f"{who}{d}_error"] for d in SIZES])
        for who, name, color in (("ae", "AE", palette.AE), ("vae", "VAE", palette.VAE))
    ]
    chart = charts.sweep(SIZES, lines, x_title=words["numbers"], y_title=words["error"], height=300)
    told = "; ".join(f"{d}: AE {values[f'ae_error_{d}']}, VAE {values[f'vae_error_{d}']}" for d in SIZES)
    st.plotly_chart(chart, key="spare_errors", alt=f"Squared error per pixel on new digits. {told}.")

    against = figures.compare(f"vae{MOST}_used", f"vae{FEW}_used", TWICE)
    cases = {
        "open": not figures.enough,
        "all": figures.compare(f"vae{MOST}_used", 0.75 * MOST) == "more",
        "same": against == "less",
        "more": against == "more",
    }
    came = first_true(cases, "unclear")
    page.finding(came, **values)
    page.open_runs([f"{who}{d}" for d in (FEW, MOST) for who in ("ae", "vae")], found)
    page.why(came, **values)
    farther = {who: figures.compare(f"{who}{MOST}_away", f"{who}{SIZES[0]}_away", MORE) for who in ("ae", "vae")}
    answers = {
        "early": not figures.enough,
        "both": farther == {"ae": "more", "vae": "more"},
        "ae": farther == {"ae": "more", "vae": "less"},
        "neither": farther == {"ae": "less", "vae": "less"},
    }
    if page.transfer(("ae", "both", "neither"), first_true(answers, "mixed"), **values):
        size = st.select_slider(words["slide"], SIZES, value=MOST, key="spare_drawn_size")
        for column, who in zip(st.columns(2), ("ae", "vae"), strict=True):
            with column:
                st.caption(fill(words[f"drawn-{who}"], away=values[f"{who}_away_{size}"]))
                inline.picture(
                    images.sheet(first[f"{who}{size}_drawn"], (8, 8), columns=8), alt=f"Eight samples, {who.upper()}, {size} numbers"
                )
    page.try_next()
