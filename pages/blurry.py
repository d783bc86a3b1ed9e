"""Why samples are blurred: a code is shared by many images, and the decoder draws their mean."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from vae_core.experiments.price import BETAS

DISTANCES = ("mean_off", "nearest", "middle_off")
PICTURES = ("samples", "means", "near")
DECIMALS = dict.fromkeys(DISTANCES, 3) | {"sharers": 1, "rate": 1}


def rows(page: Lesson, found: Found, label: str) -> None:
    """Samples of one VAE, and what they are near to."""
    for name in PICTURES:
        st.caption(page.words[name])
        inline.picture(images.sheet(found.first.arrays[f"{label}_{name}"], (8, 8), columns=8, size=48), alt=page.words[name])


def rival(page: Lesson, found: Found) -> None:
    """A generator without a network: what sharpness and the Fréchet distance do not see."""
    words, figures = page.words, found.figures
    values = {f"{who}_frechet": spread(figures[f"{who}_frechet"]) for who in ("one", "pixel")}
    values |= {f"{who}_sharp": percent(figures[f"{who}_sharp"]) for who in ("one", "pixel")}
    values |= {f"{who}_nearest": spread(figures[f"{who}_nearest"], 3) for who in ("one", "pixel")}
    st.markdown(fill(words["rival"], **values))
    inline.picture(images.sheet(found.first.arrays["pixel"], (8, 8), columns=8, size=48), alt=words["rival-picture"])


page = Lesson("blurry")
page.begin()
found = page.experiment("price") if page.predict(("image", "mean", "even")) else None
if found:
    words, figures = page.words, found.figures
    values = {f"{label}_{name}": spread(figures[f"{label}_{name}"], decimals) for label in BETAS for name, decimals in DECIMALS.items()}
    values |= {f"{label}_sharp": percent(figures[f"{label}_sharp"]) for label in BETAS}
    left, right = st.columns(2)
    with left:
        st.markdown(words["chart"])
        told = "; ".join(f"{words[name]}: {values[f'one_{name}']}" for name in DISTANCES)
        away = [figures[f"one_{name}"] for name in DISTANCES]
        chart = charts.rungs([words[name] for name in DISTANCES], away, color=palette.VAE, x_title=words["distance"])
        st.plotly_chart(chart, key="blurry_distances", alt=f"Mean distance of a sample. {told}.")
    with right:
        rows(page, found, "one")

    nearer = figures.compare("one_mean_off", "one_nearest")
    came = first_true({"open": not figures.enough, "mean": nearer == "less", "image": nearer == "more"}, "even")
    page.finding(came, **values)
    page.open_runs(list(BETAS), found)
    page.why(came, **values)
    change = figures.compare("low_sharp", "one_sharp")
    outcome = first_true({"early": not figures.enough, "sharper": change == "more", "softer": change == "less"}, "same")
    if page.transfer(("sharper", "same", "softer"), outcome, **values):
        rows(page, found, "low")
        st.markdown(words["sweep"])
        line = charts.Series("VAE", palette.VAE, [figures[f"{label}_sharp"] for label in BETAS])
        chart = charts.sweep(list(BETAS.values()), [line], x_title="β", y_title=words["steepness"], percent=True)
        told = "; ".join(f"β = {beta:g}: {values[f'{label}_sharp']}" for label, beta in BETAS.items())
        st.plotly_chart(chart, key="blurry_sweep", alt=f"Squared difference of neighbouring pixels in samples, as a share. {told}.")
        rival(page, found)
    page.claims("price", found)
    page.try_next()
