"""What the width of a cloud says of an image, and what it does not."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from vae_core.experiments.doubt import KINDS

NEARLY = 0.9  # of all pairs


def clouds(page: Lesson, found: Found) -> None:
    """How wide the cloud of each kind of image is, and what the VAE makes of it."""
    words, figures, first = page.words, found.figures, found.first.arrays
    left, right = st.columns([5, 4])
    with left:
        st.markdown(fill(words["chart"], used=spread(figures["used"], 1)))
        series = [
            charts.Series(words[name], color, [figures[f"{kind}_{name}"] for kind in KINDS])
            for name, color in (("width", palette.SIGMA), ("far", palette.PRIOR))
        ]
        chart = charts.grouped([words[kind] for kind in KINDS], series, y_title=words["times"])
        told = "; ".join(f"{words[kind]}: {', '.join(spread(figures[f'{kind}_{name}']) for name in ('width', 'far'))}" for kind in KINDS)
        st.plotly_chart(chart, key="doubt_bars", alt=f"Width of the cloud and distance to the nearest training image. {told}.")
    with right:
        kind = st.segmented_control(words["look"], KINDS, default="noise", required=True, format_func=words.get, key="doubt_kind")
        for what in ("seen", "rebuilt"):
            said = fill(words[what], kind=words[kind], width=spread(figures[kind]))
            st.caption(said)
            inline.picture(images.sheet(first[f"{what}_{kind}"], (8, 8), columns=8, size=40), alt=said)


page = Lesson("doubt")
page.begin()
found = page.experiment("doubt") if page.predict(("wider", "same", "narrower")) else None
if found:
    words, figures = page.words, found.figures
    values = {kind: spread(figures[kind]) for kind in KINDS}
    values |= {name: spread(figures[name]) for name in ("clean_best", "noise_best", "clean_steep", "noise_steep", "clean_off", "noise_off")}
    values["noise_far"] = spread(figures["noise_far"], 3)
    clouds(page, found)
    against = figures.compare("noise", "clean")
    came = first_true({"open": not figures.enough, "wider": against == "more", "narrower": against == "less"}, "same")
    page.finding(came, **values)
    st.markdown(fill(words[f"pixels-{figures.compare('noise_far', 1.0)}"], **values))
    page.open_runs(["vae"], found)
    why = [figures.compare(f"noise_{what}", f"clean_{what}") for what in ("best", "steep", "off")]
    asked = came == "narrower" and why == ["less", "more", "more"]
    page.why("asked" if asked else came, **values)
    answers = {
        "early": not figures.enough,
        "nearly": figures.compare("wider", NEARLY) == "more",
        "seldom": figures.compare("wider", 1 - NEARLY) == "less",
        "coin": (figures.compare("wider", 0.25), figures.compare("wider", 0.75)) == ("more", "less"),
    }
    page.transfer(("nearly", "coin", "seldom"), first_true(answers, "between"), wider=percent(figures["wider"]))
    page.claims("doubt", found)
    page.try_next()
