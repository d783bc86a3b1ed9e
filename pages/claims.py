"""What the sources claim, and what the figures say."""

import streamlit as st

from ui import ledger, site, text
from vae_core.claims import claims

words, common = text.sections("claims"), text.sections("lesson")
places = {place.name: place for place in site.COURSE}
st.title(words["title"])
st.markdown(words["intro"])
st.markdown(common["rule"])

st.subheader(words["settled"])
found, problem = ledger.figures()
if problem:
    st.warning(problem)
for claim in claims().values():
    if not claim.experiment:
        continue
    with st.container(border=True):
        known = found.get(claim.experiment)
        verdict = common[f"verdict-{claim.verdict(known.figures)}"] if known else words["none"]
        st.markdown(f"**{text.plain(claim.id)}** “{text.plain(claim.words)}” **{verdict}**")
        st.caption(text.plain(claim.how))
        if known:
            st.markdown(ledger.table(claim, known.figures))
        with st.container(horizontal=True, vertical_alignment="center"):
            if known:
                st.caption(words["own" if known.own else "kept"], width="content")
            if claim.experiment in places:
                place = places[claim.experiment]
                st.page_link(place.path, label=f"{words['lesson']}: {place.title}", icon=place.icon)

st.subheader(words["unsettled"])
for claim in claims().values():
    if not claim.experiment:
        st.markdown(f"**{text.plain(claim.id)}** “{text.plain(claim.words)}”")
        st.caption(text.plain(claim.how))
