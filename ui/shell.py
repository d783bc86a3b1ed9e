"""The frame around every page: page settings, navigation, the address."""

import streamlit as st

from ui import site, state

STYLE = ".stMainBlockContainer { padding: 3.75rem clamp(1rem, 4vw, 3rem) 3rem; }"  # the instrument needs the room

st.set_page_config(page_title="Latent Lab", page_icon="🧭", layout="wide")
pages = [st.Page(site.HOME.path, title=site.HOME.title, icon=site.HOME.icon, default=True)]
pages += [st.Page(place.path, title=place.title, icon=place.icon, url_path=place.name) for place in site.LESSONS]
st.html(f"<style>{STYLE}</style>")
page = st.navigation(pages)
for problem in state.restore(page.title):
    st.warning(problem, icon="⚠️")
page.run()
