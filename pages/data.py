"""The data sets, and pictures of your own."""

import streamlit as st

from ui import bring, datacards, text

words = text.sections("data")
st.title(words["title"])
st.markdown(words["intro"])
datacards.show(words)
st.markdown(words["parts"])
st.subheader(words["own"])
bring.panel(words)
st.info(words["next"], icon="👉")
