"""Walk through one latent space, decoded in the browser."""

import streamlit as st

from ui import heading, live, text, widgets

words = text.sections("explore")
heading.title(words["title"])
st.markdown(words["how"])
widgets.run_picker()
chosen = widgets.chosen_or_hint()
if chosen:
    live.board(chosen, key="explore", panels=("map", "image", "sliders", "traversals", "interpolation", "drawing"), shared_axes=False)
    st.markdown(words["why"])
    st.info(words["next"], icon="👉")
