"""What the numbers in the loss mean, while they fall."""

from functools import partial

import streamlit as st

from ui import cached, charts, heading, ink, runs, text, widgets
from ui.charts.curves import written
from ui.history import FURTHER, TERMS, UNITLESS
from vae_core.active import active_units

CLOUDS = ("gaussian", "flow")


def draw(chart, members, *args, **options):
    def build():
        return chart([charts.Line(run.title, run.color, run.history, not run.encodes_to_point) for run in members], *args, **options)

    return cached.figure((chart.__name__, [run.version for run in members], args, options), build)


def ends(members, term):
    """The chart of one term for those who do not see it: where each run stands."""
    values = [(run.title, run.history.latest(term)) for run in members if term != "rate" or not run.encodes_to_point]
    return ", ".join(f"{title} {written(value, term)}" if value is not None else f"{title} not measured" for title, value in values)


words = text.sections("losses")
heading.title(words["title"])
st.markdown(words["intro"])
with st.expander(text.sections("lesson")["formula"]):
    st.markdown(words["formula"])
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
    names = " ".join(
        f':color[**━**]{{foreground="{run.color}"}} {ink.colored(f"**{text.plain(run.title)}**", run.color)}' for run in members
    )
    st.markdown(f"{data}, {likelihood} likelihood: {names}")
    coded = all(run.recipe.posterior == "codes" for run in members)
    further = [term for term in FURTHER if any(term in run.history.test for run in members)]
    for place, term in enumerate((*TERMS, *further)):
        if place % 3 == 0:
            cells = st.columns(3, vertical_alignment="bottom")
        having = [run for run in members if term in run.history.test]
        if term == "rate" and all(run.encodes_to_point for run in members):
            cells[place % 3].markdown(words["rate-none"])
            continue
        figure = draw(charts.loss_curves, having, term, by=by, log_x="horizontal" in scales, log_y="vertical" in scales)
        with cells[place % 3]:
            st.markdown(words["rate-codes" if term == "rate" and coded else term])
            alt = f"{term} over training{'' if term in UNITLESS else ', nats per image'}. Now, on test images: {ends(having, term)}."
            st.plotly_chart(figure, key=f"{term}_{data}_{likelihood}", alt=alt)
    if any(run.recipe.beta == 0 and run.recipe.posterior in CLOUDS for run in members):
        st.caption(words["rate-free"])
if chosen:
    st.caption(words["split"])

clouds = [run for run in chosen if run.recipe.posterior in CLOUDS]
if clouds:
    st.subheader(words["dimensions"])
    st.markdown(words["dimensions-note"])
    for column, run in zip(st.columns(max(2, len(clouds))), clouds, strict=False):
        active = int(active_units(run.history.variance[-1]).sum())
        column.markdown(f"**{text.plain(run.title)}**: {active} of {run.recipe.latent_dim} active")
        informed = "per_dimension" in run.last.extra
        y_title = words["information-axis" if informed else "kl-axis"]
        bars = partial(charts.kl_per_dimension, run.history.kl[-1], run.history.variance[-1], y_title=y_title)
        figure = cached.figure(("kl_per_dimension", run.version, y_title), bars)
        column.plotly_chart(figure, key=f"kl_{run.id}", alt=f"{y_title}, per latent dimension of {run.title}; {active} are active.")
        if informed:
            column.caption(words["information-note"])

if chosen:
    st.subheader(words["plane"])
    st.markdown(words["plane-note"])
for (data, likelihood), members in groups.items():
    if all(run.encodes_to_point for run in members):
        st.caption(words["no-rate"])
        continue
    figure = draw(charts.rate_distortion, members, log="vertical" in scales)
    alt = f"Rate against distortion over training. Now, rate: {ends(members, 'rate')}; distortion: {ends(members, 'distortion')}."
    st.plotly_chart(figure, key=f"plane_{data}_{likelihood}", alt=alt)
if chosen:
    st.info(words["next"], icon="👉")
