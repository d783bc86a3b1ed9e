"""The data sets, and pictures of your own."""

import streamlit as st

from ui import actions, bring, datacards, heading, text

words = text.sections("data")
heading.title(words["title"])
st.markdown(words["intro"])
if said := actions.notice():
    st.error(said, icon="✋")
datacards.show(words)
st.markdown(words["parts"])
st.subheader(words["own"])
bring.panel(words)
st.info(words["next"], icon="👉")
