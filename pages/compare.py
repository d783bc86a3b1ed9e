"""Latent spaces side by side, and what was measured of them."""

import streamlit as st

from ui import charts, comparison, finger, heading, ink, text, webgl, widgets
from ui.phrases import fill

words = text.sections("compare")
heading.title(words["title"])
st.markdown(words["intro"])
widgets.run_picker()
chosen = [run for run in widgets.chosen_or_hint() if run.last is not None]
widgets.refresh(chosen)

with st.container(horizontal=True):
    shared = st.toggle("Shared axes", True, key="compare_shared", help="Off: each map fills its own frame.")
    layers = {
        "ellipses": st.toggle("Posterior ellipses", True, key="compare_ellipses", help=words["ellipses"]),
        "rings": st.toggle("Prior", True, key="compare_rings", help=words["rings"]),
        "contours": st.toggle("Density", False, key="compare_density", help=words["density"]),
    }

planes = [charts.plane_of(run.last.mu) for run in chosen]
points = [plane.project(run.last.mu) for run, plane in zip(chosen, planes, strict=True)]
together = charts.extents(points)
cells = [cell for _ in range(0, len(chosen), 2) for cell in st.columns(2)]
for cell, run, plane, own in zip(cells, chosen, planes, points, strict=False):
    with cell:
        st.markdown(f"{ink.colored(f'**{text.plain(run.title)}**', run.color)} {plane.note}")
        comparison.scatter(run, plane, together if shared else charts.extents([own]), layers, comparison.selected(run))
if chosen:
    st.markdown(comparison.legends(chosen))
    named = comparison.with_own_prior(chosen)
    if named and layers["rings"]:
        st.caption(fill(words["own-prior"], runs=named))
    st.markdown(words["select"])
    comparison.choose_class(chosen[0], words)
    comparison.pictures(chosen)
    st.subheader(words["table"])
    st.markdown(comparison.table(chosen))
    st.caption(words["table-note"])
    if comparison.ae_beside_vae(chosen):
        st.markdown(words["why"])
    st.info(words["next"], icon="👉")
webgl.ask()
finger.ask()
