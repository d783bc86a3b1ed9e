"""A trained AE and VAE, to be dragged at once."""

import streamlit as st

from ui import heading, live, navigation, runs, site, state, text

words = text.sections("home")
heading.title(words["title"])
st.markdown(words["intro"])

pair, problems = runs.load(state.DEFAULT_RUNS)
for problem in problems:
    st.warning(problem)
if pair:
    live.board(pair, key="home", panels=("map", "image", "sliders", "timeline"), shared_axes=False)
    st.markdown(words["try"])
else:
    st.info(words["missing"])

st.subheader(words["next"])
with st.grid(4, min_column_width=180, border=True) as cards:
    with cards.cell():
        navigation.link(site.COURSE[0], words["course"])
        st.caption(words["course-for"])
    for place in site.LAB:
        with cards.cell():
            navigation.link(place, f"**{place.title}**")
            st.caption(words[place.name])
