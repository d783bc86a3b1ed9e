"""What this student predicted and found."""

import streamlit as st

from ui import heading, navigation, newcomer, notebook, notebook_page, site, text

words = text.sections("notebook")
heading.title(words["title"])
st.markdown(words["intro"])
entries = notebook_page.entries()
if not entries:
    st.info(words["empty"], icon="👉")
    navigation.link(site.COURSE[0])
for entry in entries:
    with st.container(border=True):
        navigation.link(entry.place, f"**{entry.place.title}**")
        for name, said in entry.lines:
            st.markdown(f"**{words[name]}:** {text.plain(said, limit=notebook.LONGEST)}")
if entries:
    with st.container(horizontal=True):
        st.download_button(
            words["save"], notebook_page.html(entries, words), "latent-lab-notebook.html", "text/html", icon="⬇️", on_click="ignore"
        )
        with st.popover(words["clear"], icon="🗑️"):
            st.markdown(words["clear-note"])
            st.button(words["clear-go"], key="forget_all", type="primary", on_click=notebook.forget_all)
with st.popover(words["newcomer"], icon="🪑"):
    st.markdown(words["newcomer-note"])
    st.html(f'<a href="{newcomer.ADDRESS}" target="_self">{words["newcomer-go"]}</a>')
