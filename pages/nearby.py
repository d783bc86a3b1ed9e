"""What lies half way between two codes, judged by three numbers, for none of them can be trusted alone."""

import streamlit as st

from ui import between, charts, images, inline, palette
from ui.laboratory import Found
from ui.lesson import Lesson, first_true
from ui.phrases import fill, percent, spread
from ui.walking import walking
from vae_core.experiments.nearby import HALF, MODELS, STOPS, WAYS
from vae_core.figures import Replicates, Spread

FIRST, THEN = ("ae2", "vae2", "fade"), ("ae8", "vae8", "fade")  # ways of the prediction, and of the question more
FAR = 1.25  # where claims A11 and V29 draw the line
LOOKS = {
    "ae2": (palette.AE, "solid"),
    "vae2": (palette.VAE, "solid"),
    "ae8": (palette.AE, "dash"),
    "vae8": (palette.VAE, "dash"),
    "fade": (palette.SIGMA, "solid"),
}


def form(name: str, figure: Spread) -> str:
    """A distance is a multiple, all else a share."""
    return spread(figure) if name == "near" else percent(figure)


def curves(figures: Replicates, name: str, ways: tuple[str, ...], words: dict[str, str], key: str) -> None:
    """One of the three numbers along the way, with that of new digits."""
    lines = [
        charts.Series(words[way], LOOKS[way][0], [figures[f"{way}_{name}_{stop}"] for stop in range(STOPS)], LOOKS[way][1]) for way in ways
    ]
    real = figures[between.REAL[name]] if isinstance(between.REAL[name], str) else Spread((between.REAL[name],) * len(figures))
    lines.append(charts.Series(words["real"], palette.PRIOR, [real] * STOPS, "dot"))
    chart = charts.sweep(range(STOPS), lines, x_title=words["eighths"], y_title=words[name], percent=name != "near", height=400)
    told = "; ".join(f"{words[way]} {form(name, figures[f'{way}_{name}_{HALF}'])}" for way in ways)
    st.plotly_chart(chart, key=key, alt=f"{words[name]}, along the way. Half way: {told}.")


def blur(found: Found, words: dict[str, str], values: dict[str, str]) -> None:
    """What the distance does not see, and two more numbers."""
    figures = found.figures
    st.markdown(words["trap"])
    inline.picture(images.sheet(found.first.arrays["means"], (8, 8), columns=10, size=40), alt=words["means"])
    st.markdown(fill(words[f"trap-{figures.compare('mean_near', 1.0)}"], **values))
    st.markdown(words["also"])
    for column, name in zip(st.columns(2), ("sure", "sharp"), strict=True):
        with column:
            st.markdown(fill(words[f"chart-{name}"], **values))
            curves(figures, name, FIRST, words, f"nearby_{name}")
    st.markdown(between.verdicts(figures, words))


page = Lesson("nearby")
page.begin()
found = page.experiment("nearby") if page.predict(("ae", "vae", "fade", "even")) else None
if found:
    words, figures = page.words, found.figures
    values = {way: spread(figures[f"{way}_between"]) for way in WAYS} | {
        f"{way}_sharp": percent(figures[f"{way}_sharp_{HALF}"]) for way in WAYS
    }
    values |= {f"{way}_empty": spread(figures[f"{way}_empty"]) for way in MODELS}
    values |= {"mean_near": spread(figures["mean_near"])} | {f"mean_{name}": percent(figures[f"mean_{name}"]) for name in ("sure", "sharp")}
    left, right = st.columns(2)
    with left:
        st.markdown(words["walk"])
        walking(found, words, FIRST, "nearby")
    with right:
        st.markdown(words["chart"])
        curves(figures, "near", FIRST, words, "nearby_near")

    rivals = {"ae": "ae2", "vae": "vae2", "fade": "fade"}
    ahead = {
        who: all(figures.compare(f"{way}_between", f"{other}_between") == "less" for other in rivals.values() if other != way)
        for who, way in rivals.items()
    }
    came = first_true({"open": not figures.enough, **ahead}, "even")
    page.finding(came, garbage=words[f"garbage-{figures.compare('ae2_between', FAR)}"], **values)
    page.open_runs(MODELS, found)
    page.why(came, **between.sentences(figures, 2, words))
    blur(found, words, values)
    eight = figures.compare("ae8_between", "ae2_between")
    turn = fill(
        words[f"turn-{figures.compare('ae8_between', 'vae8_between')}"], rise=between.sentences(figures, 8, words)["rise"], **values
    )
    room = fill(words[f"room-{figures.compare('ae8_empty', 'ae2_empty')}"], **values)
    if page.transfer(
        ("rises", "falls", "same"), first_true({"rises": eight == "more", "falls": eight == "less"}, "same"), room=room, turn=turn, **values
    ):
        left, right = st.columns(2)
        with left:
            st.markdown(words["walk-eight"])
            walking(found, words, THEN, "nearby_eight")
        with right:
            st.markdown(words["chart-eight"])
            curves(figures, "near", THEN, words, "nearby_eight")
    page.claims("nearby", found)
    page.try_next()
