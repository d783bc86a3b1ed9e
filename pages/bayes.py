"""A decoder whose weights are clouds: where those that are drawn from it disagree, and what that tells."""

import streamlit as st

from ui import charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, number, percent, spread
from vae_core.experiments.bayes import SHOWN, STEPS

MORE = 1.25  # times as much is more, less than that is about the same
CODES, STRAYS = "#ffffff", palette.SELECTED


def walk(found: Found, words: dict[str, str]) -> None:
    """A map of their disagreement, and what some of them paint at a place that the student chooses."""
    first = found.first.arrays
    left, right = st.columns([5, 4])
    with right:
        place = st.select_slider(words["walk"], range(STEPS), value=0, key="bayes_place")
        here = number(float(first["doubts"][place]), "{:.3f}")
        told = fill(words["painted"], here=here)
        st.markdown(told)
        painted = first["painted"][place * SHOWN : (place + 1) * SHOWN]
        inline.picture(images.sheet(painted, (8, 8), columns=4, size=72), alt=fill(words["painted-picture"], here=here))
    with left:
        st.markdown(words["map"])
        chart = charts.field(first["field"], first["box"], [(first["codes"], CODES)], title=words["disagreement"])
        chart = charts.walked(chart, first["way"], place)
        st.plotly_chart(chart, key="bayes_map", alt=fill(words["map-picture"], here=here))


def strays(found: Found, words: dict[str, str]) -> None:
    """Where the codes of noise lie on that map."""
    first = found.first.arrays
    left, right = st.columns([5, 4])  # the map as large as the one above
    right.markdown(words["strays"])
    chart = charts.field(first["field"], first["box"], [(first["codes"], CODES), (first["strays"], STRAYS)], title=words["disagreement"])
    left.plotly_chart(chart, key="bayes_strays", alt=words["strays"])


page = Lesson("bayes")
page.begin()
found = page.experiment("bayes") if page.predict(("codes", "empty", "level")) else None
if found:
    words, figures = page.words, found.figures
    values = {name: spread(figures[name], 4) for name in ("on", "off", "lost", "noise_away", "new_away")}
    values["tells"] = percent(figures["tells"])
    walk(found, words)
    more, less = figures.compare("off", "on", MORE), figures.compare("on", "off", MORE)
    cases = {"open": not figures.enough, "empty": more == "more", "codes": less == "more", "level": (more, less) == ("less", "less")}
    came = first_true(cases, "unclear")
    page.finding(came, **values)
    page.open_runs(["bayes"], found)
    page.why(came, **values)
    st.markdown(words["code"])
    lost, as_much = figures.compare("lost", "off"), figures.compare("lost", "off", 0.9) == "more"
    answers = {"early": not figures.enough, "calm": lost == "less", "alarm": as_much}
    if page.transfer(("alarm", "calm"), first_true(answers, "unsure"), **values):
        strays(found, words)
    page.claims("bayes", found)
    page.try_next()
