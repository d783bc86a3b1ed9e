"""Noise on the way in: who gives back the clean digit."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.denoise import MODELS, NOISES, TAUGHT, label
from vae_core.figures import Spread

DENOISING = "#c0399f"
LOOKS = {
    "nothing": (palette.INPUT, "dot"),
    "ae": (palette.AE, "solid"),
    "dae": (DENOISING, "solid"),
    "linear": (palette.MU, "dash"),
}
HOLES = ("seen", *MODELS)

page = Lesson("denoise")
page.begin()
found = page.experiment("denoise") if page.predict(("worse", "helps", "even")) else None
if found:
    words, figures, pictures = page.words, found.figures, found.first.arrays
    # The root of the squared error: it is counted in shades, as the noise is.
    off = {name: Spread(tuple(value**0.5 for value in figures[name].values)) for name in figures.figures[0].numbers}
    values = {name: spread(one, 3) for name, one in off.items()}
    left, right = st.columns([5, 4])
    with left:
        st.markdown(fill(words["chart"], **values))
        lines = [
            charts.Series(words[f"name-{who}"], color, [off[label(who, noise)] for noise in NOISES], dash)
            for who, (color, dash) in LOOKS.items()
        ]
        chart = charts.sweep(NOISES, lines, x_title=words["noise"], y_title=words["error"], height=430)
        told = "; ".join(f"{words[f'name-{who}']} {values[label(who, TAUGHT)]}" for who in LOOKS)
        st.plotly_chart(chart, key="denoise_sweep", alt=f"Error against the clean digits by input noise. At {TAUGHT}: {told}.")
    with right:
        noise = st.select_slider(words["slide"], NOISES, value=TAUGHT, key="denoise_noise")
        st.caption(words["clean"])
        inline.picture(images.sheet(pictures["clean"], (8, 8), columns=8, size=40), alt=words["clean"])
        for who in LOOKS:
            name = label(who, noise)
            st.caption(fill(words["row"], name=words[f"name-{who}"], off=values[name]))
            inline.picture(images.sheet(pictures[name], (8, 8), columns=8, size=40), alt=f"{words[f'name-{who}']}, noise {noise:g}")

    against, taught = figures.compare("ae_30", "nothing_30"), figures.compare("dae_30", "ae_30")
    cases = {
        "open": not figures.enough,
        "worse": against == "more",
        "helps": (against, taught) == ("less", "less"),
        "even": against == "less",
    }
    came = first_true(cases)
    little = words[f"little-{figures.compare('ae_10', 'nothing_10')}"]
    filtered = words[f"linear-{figures.compare('dae_30', 'linear_30')}"]
    page.finding(came, **values, little=fill(little, **values))
    page.open_runs(MODELS, found)
    page.why(came, filtered=fill(filtered, **values))
    best = {
        who: all(figures.compare(f"{who}_holes", f"{other}_holes") == "less" for other in ("ae", "dae", "masked") if other != who)
        for who in ("ae", "dae", "masked")
    }
    cases = {"plain": best["ae"], "noisy": best["dae"], "holes": best["masked"]}
    practice = words[f"practice-{figures.compare('dae_holes', 'ae_holes')}"]
    if page.transfer(("plain", "noisy", "holes"), first_true(cases, "unsure"), practice=practice, **values):
        for who in HOLES:
            name = f"{who}_holes"
            st.caption(fill(words["row"], name=words[f"name-{who}"], off=values[name]))
            inline.picture(
                images.sheet(pictures[name], (8, 8), columns=8, size=40), alt=f"{words[f'name-{who}']}, half of the pixels hidden"
            )
    page.claims("denoise", found)
    page.try_next()
