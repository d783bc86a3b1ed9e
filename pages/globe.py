"""Three numbers a city, squeezed into one, two and three."""

import numpy as np
import streamlit as st

from ui import charts, scrolling, webgl
from ui.lesson import Lesson, first_true
from ui.phrases import fill, spread
from vae_core.experiments.globe import GRID, SIZES, from_degrees, grid, to_degrees

FARTHEST = 20_000  # km, half the way round: the end of the colour scale
FLAT, SPACE = 2, SIZES[-1]  # the prediction is of the one, the question more of the other
LATITUDES, LONGITUDES = range(-75, 76, 15), range(-180, 180, 15)  # to look from


def looked_from(words, size, worst):
    """Sliders that turn the globe; at first it shows the side of the worst place."""

    def slider(name, angles, first):
        nearest = min(angles, key=lambda angle: abs((angle - first + 180) % 360 - 180))
        ends = words[f"ends-{name}"].split()
        return st.select_slider(
            words[f"look-{name}"],
            angles,
            nearest,
            format_func=lambda angle: f"{abs(angle)}° {ends[angle < 0]}" if angle else "0°",
            key=f"globe_{name}_{size}",
        )

    latitude, longitude = to_degrees(worst[None])[0]
    with st.container(horizontal=True):
        angles = slider("latitude", LATITUDES, latitude), slider("longitude", LONGITUDES, longitude)
    return from_degrees(np.array([angles]))[0]


page = Lesson("globe")
page.begin()
found = page.experiment("globe") if page.predict(("near", "middle", "tear")) else None
if found:
    words, figures, first = page.words, found.figures, found.first.arrays
    kinds = ("median", "worst", "anywhere")
    rows = {size: {kind: spread(figures[f"{kind}_{size}"], 0) for kind in kinds} for size in SIZES}
    sizes = SIZES if page.answered() else [size for size in SIZES if size != SPACE]
    size = st.segmented_control(words["size"], sizes, default=FLAT, required=True, key="globe_size")
    names = found.names("d2", len(first["cities"]))
    rebuilt, away = (
        charts.Rebuilt(first["cities"], first[f"rebuilt_{size}"], first[f"off_{size}"], names),
        first[f"away_{size}"].reshape(GRID),
    )
    told = f"with {size} numbers the median new city is {rows[size]['median']} km off, the worst place {rows[size]['anywhere']} km."
    left, right = st.columns([3, 4])
    with left:
        if webgl.missing():
            st.info(words["no-globe"])
        else:
            st.markdown(words["globe"])
            eye = looked_from(words, size, grid()[away.argmax()])
            figure = charts.globe(rebuilt, grid().reshape(*GRID, 3), away, top=FARTHEST, eye=eye)
            st.plotly_chart(figure, key=f"globe_{size}", alt=f"Globe: {told}")
            scrolling.past_globes()
    with right:
        st.markdown(words["map"])
        titles = (words["longitude"], words["latitude"], words["scale"])
        figure = charts.flat_map(to_degrees(first["cities"]), names, away, top=FARTHEST, titles=titles)
        st.plotly_chart(figure, key="globe_map", alt=f"Flat map: {told}")
    st.markdown("\n".join([words["table"], *(fill(words["row"], size=str(size), **rows[size]) for size in sizes)]))

    far = figures.compare("anywhere_2", "quarter")
    cases = {
        "open": not figures.enough,
        "tear": far == "more",
        "near": figures.compare("anywhere_2", "worst_2", 2) == "less",
        "middle": far == "less",
    }
    came = first_true(cases)
    page.finding(came, quarter=spread(figures["quarter"], 0), **rows[FLAT])
    page.open_runs([f"d{size}" for size in SIZES], found)
    page.why(came)
    still = figures.compare(f"anywhere_{SPACE}", "quarter")
    answers = {"still": still == "more", "gone": still == "less"}
    if page.transfer(("still", "gone"), first_true(answers, "unsure"), anywhere_3=rows[SPACE]["anywhere"]):
        st.markdown(words["unlocked"])
    page.claims("globe", found)
    page.try_next()
    webgl.ask()
