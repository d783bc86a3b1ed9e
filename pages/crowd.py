"""What the KL makes of the clouds: each small, together the prior."""

import streamlit as st

from ui import charts, palette
from ui.charts.svg import as_svg
from ui.lesson import Lesson, first_true
from ui.phrases import percent, spread
from vae_core.figures import outcome

page = Lesson("crowd")
page.begin()
found = page.experiment("crowd") if page.predict(("each", "crowd", "apart")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    values = {name: spread(figures[f"light_{name}"]) for name in ("each", "crowd", "rate", "information", "mismatch")}
    values |= {f"heavy_{name}": spread(figures[f"heavy_{name}"]) for name in ("information", "mismatch")}
    values |= {name: percent(figures[name]) for name in ("information_left", "mismatch_left")}
    repetitions = [str(place + 1) for place in range(len(figures))]
    left, right = st.columns([5, 4])
    with left:
        st.markdown(words["map"])
        plane = charts.plane_of(first["light_mu"])
        clouds = charts.Codes(
            plane.project(first["light_mu"]),
            plane.covariances(first["light_sigma"]),
            first["labels"],
            [str(digit) for digit in range(10)],
            plane,
        )
        figure = as_svg(charts.latent_scatter(clouds, charts.extents([clouds.points])))
        st.plotly_chart(figure, key="crowd_map", alt=f"Clouds of test digits: one {values['each']} wide, the crowd {values['crowd']}.")
    with right:
        st.markdown(words["split"])
        parts = [
            (words[name], color, figures[f"light_{name}"].values)
            for name, color in (("information", palette.RATE), ("mismatch", palette.PRIOR))
        ]
        bars = charts.stacked(repetitions, parts, x_title=words["bar"], y_title=words["nats"])
        st.plotly_chart(
            bars, key="crowd_split", alt=f"KL {values['rate']}: information {values['information']}, mismatch {values['mismatch']}."
        )

    cases = {
        "open": not figures.enough,
        "each": figures.compare("light_each", "light_crowd", 0.9) == "more",
        "apart": figures.compare("light_crowd", 1.5) == "more",
        "crowd": figures.compare("light_each", "light_crowd", 0.5) == "less"
        and figures.compare("light_mismatch", "light_information") == "less",
    }
    came = first_true(cases)
    page.finding(came, **values)
    page.open_runs(["light", "heavy"], found)
    page.why(came)
    st.markdown(words["turns"])
    overlaid = charts.crowds(figures.arrays("light_mu"), [f"{words['bar']} {one}" for one in repetitions])
    told = ", ".join(f"{angle:.0f}" for angle in figures["turn"].values)
    st.plotly_chart(overlaid, key="crowd_turns", alt=f"Crowds of all repetitions. Their longest axes point to {told} degrees.")
    more = outcome(figures.sum({"light_information": 1, "heavy_information": -1, "light_mismatch": -1, "heavy_mismatch": 1}).values)
    page.transfer(
        ("information", "mismatch", "neither"), first_true({"information": more == "more", "mismatch": more == "less"}, "neither"), **values
    )
    page.claims("crowd", found)
    page.try_next()
