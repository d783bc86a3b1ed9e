"""All models, the lab's and your own: look, open, name, take away, bring back."""

import streamlit as st

from ui import actions, gallery, heading, model, pins, text, uploading, widgets

words = text.sections("models")
heading.title(words["title"])
st.markdown(words["intro"])
widgets.run_picker()
uploading.panel(words)
if not actions.opened_model() and (said := actions.notice()):  # else the drawer, which covers the page, tells it
    st.error(said, icon="✋")
pins.removed()

everything = gallery.entries()
chosen = gallery.choice(everything)
st.caption(f"{len(chosen)} of {len(everything)} models")
pins.share()
found = gallery.page_of(chosen)
widgets.refresh(found)
if found:
    gallery.cards(found)
elif not everything:
    st.info(words["none"])
else:
    st.info(words["nothing-found"])

if opened := actions.opened_model():
    model.drawer(opened, words)
