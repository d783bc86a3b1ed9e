"""What the numbers in the loss mean, while they fall."""

import streamlit as st

from ui import cached, charts, runs, text, widgets
from ui.history import TERMS


def draw(chart, members, *args, **options):
    def build():
        return chart([charts.Line(run.title, run.color, run.history, not run.encodes_to_point) for run in members], *args, **options)

    return cached.figure((chart.__name__, [run.version for run in members], args, options), build)


words = text.sections("losses")
st.title(words["title"])
st.markdown(words["intro"])
widgets.run_picker()
chosen = [run for run in widgets.chosen_or_hint() if run.last is not None]
widgets.refresh(chosen)
groups = runs.by_unit(chosen)

with st.container(horizontal=True, vertical_alignment="center"):
    by = st.segmented_control(
        "Horizontal", ["epoch", "step"], default="epoch", required=True, format_func={"epoch": "epochs", "step": "updates"}.get
    )
    scales = st.pills("Logarithmic", ["horizontal", "vertical"], selection_mode="multi", key="loss_scales")
if len(groups) > 1:
    st.info(words["units"])
for (data, likelihood), members in groups.items():
    names = " ".join(f':color[**━ {text.plain(run.title)}**]{{foreground="{run.color}"}}' for run in members)
    st.markdown(f"{data}, {likelihood} likelihood: {names}")
    for column, term in zip(st.columns(3), TERMS, strict=True):
        figure = draw(charts.loss_curves, members, term, by=by, log_x="horizontal" in scales, log_y="vertical" in scales)
        with column:
            st.markdown(words[term])
            alt = f"{term} over training for {', '.join(run.title for run in members)}, in nats per image."
            st.plotly_chart(figure, key=f"{term}_{data}_{likelihood}", alt=alt)
if chosen:
    st.caption(words["split"])

clouds = [run for run in chosen if not run.encodes_to_point]
if clouds:
    st.subheader(words["dimensions"])
    st.markdown(words["dimensions-note"])
    for column, run in zip(st.columns(max(2, len(clouds))), clouds, strict=False):
        active = int(charts.active_units(run.history.variance[-1]).sum())
        column.markdown(f"**{text.plain(run.title)}**: {active} of {run.recipe.latent_dim} active")
        figure = charts.kl_per_dimension(run.history.kl[-1], run.history.variance[-1])
        column.plotly_chart(figure, key=f"kl_{run.id}", alt=f"KL per latent dimension of {run.title}; {active} are active.")

if chosen:
    st.subheader(words["plane"])
    st.markdown(words["plane-note"])
for (data, likelihood), members in groups.items():
    figure = draw(charts.rate_distortion, members, log="vertical" in scales)
    alt = f"Rate against distortion over training for {', '.join(run.title for run in members)}."
    st.plotly_chart(figure, key=f"plane_{data}_{likelihood}", alt=alt)
if chosen:
    st.info(words["next"], icon="👉")
