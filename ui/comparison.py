"""Comparing runs: a table of what was measured, and images that are selected in one map and shown in all."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ui import cached, charts, finger, globe, images, inline, network, own, own_prior, palette, text, webgl
from ui.charts.svg import as_svg
from ui.phrases import number
from ui.runs import Run

FORMATS = {
    "code_scale": "{:.2f}",
    "moment_mismatch": "{:.2f}",
    "mismatch": "{:.2f}",
    "mutual_information": "{:.2f}",
    "active_units": "{:.0f}",
    "knn_accuracy": "{:.0%}",
    "probe_accuracy": "{:.0%}",
    "reconstruction_mse": "{:.4f}",
    "frechet": "{:.2f}",
    "precision": "{:.0%}",
    "coverage": "{:.0%}",
}
BOUNDED = {"mutual_information": "≥", "mismatch": "≤"}
SELECTED = "selected_images"
CLASS = "selected_class"
_ANEW = "maps_anew"
SHOWN = 16


def table(chosen: Sequence[Run]) -> str:
    """The measures of some runs as a Markdown table: one row a measure with its meaning, one column a run."""
    words = text.sections("measures")
    figures = [measured(run) for run in chosen]
    lines = [["Measure, and what it means", *(text.plain(run.title) for run in chosen)], ["---", *["---:"] * len(chosen)]]
    for name, form in FORMATS.items():
        title, meaning = words[name].split("\n\n", 1)
        lines.append([f"**{title}.** {meaning}", *(cell(one, name, form) for one in figures)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(figures: dict[str, Any] | None, name: str, form: str) -> str:
    """One figure; says so if it was not measured yet, and a dash if the measure does not exist for this model."""
    if figures is None:
        return "not measured yet"
    return reading(figures, name, form) if isinstance(figures.get(name), int | float) else "–"


def reading(figures: Mapping[str, Any], name: str, form: str) -> str:
    """One figure as it is to be read.

    From n images no more than log n nats of mutual information can be estimated. Near that it is a bound, and so is the mismatch, which is
    the rest of the rate.
    """
    told = number(figures[name], form)
    return f"{BOUNDED[name]} {told}" if name in BOUNDED and _at_the_cap(figures) else told


def _at_the_cap(figures: Mapping[str, Any]) -> bool:
    information, images = figures.get("mutual_information"), figures.get("test_images")
    known = isinstance(information, int | float) and isinstance(images, int | float)
    return known and information > math.log(images) - 1


def measured(run: Run) -> dict[str, Any] | None:
    """What was measured of a run; None if nothing was yet, or if it cannot be read."""
    try:
        return run.recording.metrics
    except ValueError:
        return None


def scatter(run: Run, plane: charts.Plane, extent: tuple[list[float], list[float]], layers: dict[str, bool], chosen: Sequence[int]) -> None:
    """Draw the map of one run; what is selected in it is remembered for all."""

    def build() -> go.Figure:
        drawn = own_prior.draws(run)
        prior = None if drawn is None else plane.project(drawn)
        figure = charts.latent_scatter(charts.Codes.of(run.last, run.probe, plane), extent, prior=prior, selected=chosen, **layers)
        figure.update_layout(dragmode=mode)
        return as_svg(figure) if flat else figure

    anew = st.session_state.get(_ANEW, {}).get(run.id, 0)
    key, flat, mode = f"map_{run.id}_{anew}", not webgl.fast(), finger.dragmode("lasso")
    st.plotly_chart(
        cached.figure(("scatter", run.version, extent, layers, chosen, flat, mode), build),
        key=key,
        height="stretch",
        on_select=lambda: _select(key, run),
        alt=f"Codes of {len(run.probe.labels)} test images by {run.title}, coloured by class.",
    )


def with_own_prior(chosen: Sequence[Run]) -> str:
    """The names of the runs whose prior is not N(0, I); empty if there are none."""
    return ", ".join(text.plain(run.title) for run in chosen if own_prior.there(run))


def ae_beside_vae(chosen: Sequence[Run]) -> bool:
    """Whether one run is paid for reconstructions alone, and another pays a rate for its clouds as well."""
    recipes = [run.recipe for run in chosen]
    plain = any(recipe.posterior == "dirac" and not (recipe.mmd or recipe.contractive) for recipe in recipes)
    return plain and any(recipe.posterior in ("gaussian", "flow") and recipe.beta > 0 for recipe in recipes)


def legend(run: Run) -> str:
    """The classes in their colours, as Markdown."""
    present = np.unique(run.probe.labels)
    names = images.captions(present, run.probe.classes)
    return " ".join(
        f':color[●]{{foreground="{palette.class_color(int(label))}"}} {text.plain(name)}&nbsp;'
        for label, name in zip(present, names, strict=True)
    )


def legends(chosen: Sequence[Run]) -> str:
    """The classes of each data set that the runs have, as Markdown; named where there is more than one."""
    first: dict[str, Run] = {}
    for run in chosen:
        first.setdefault(run.recipe.data, run)
    if len(first) == 1:
        return legend(chosen[0])
    return "\n\n".join(f"{text.plain(own.title(data))}: {legend(run)}" for data, run in first.items())


def choose_class(run: Run, words: dict[str, str]) -> None:
    """The same without a pointer: select all images of one class."""
    if st.session_state.get(CLASS) is not None and not selected(run):  # the class was another data set's
        st.session_state[CLASS] = None
    present = np.unique(run.probe.labels)
    names = dict(zip(present.tolist(), images.captions(present, run.probe.classes), strict=True))
    st.selectbox(
        words["class"],
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=words["no-class"],
        key=CLASS,
        on_change=_select_class,
        args=(run,),
        width=260,
    )


def _select_class(run: Run) -> None:
    label = st.session_state[CLASS]
    if label is None:
        let_go()
    else:
        st.session_state[SELECTED] = (run.recipe.data, np.flatnonzero(run.probe.labels == label).tolist())


def _select(key: str, run: Run) -> None:
    points = st.session_state[key].selection.points
    found = [point["customdata"] for point in points if "customdata" in point]
    indices = [int(one[0] if isinstance(one, list) else one) for one in found]
    let_go()
    if indices:
        st.session_state[SELECTED] = (run.recipe.data, sorted(set(indices)))
    else:  # the browser fades all dots of a map in which none was caught, for as long as it stands
        anew = st.session_state.setdefault(_ANEW, {})
        anew[run.id] = anew.get(run.id, 0) + 1


def selected(run: Run) -> list[int]:
    """Probe indices that are selected, if this run has these images."""
    data, indices = st.session_state.get(SELECTED, ("", []))
    return [index for index in indices if index < len(run.probe.labels)] if data == run.recipe.data else []


def let_go() -> None:
    """Select nothing."""
    st.session_state.pop(SELECTED, None)
    st.session_state[CLASS] = None


def pictures(chosen: Sequence[Run]) -> None:
    """The selected images, and what each run that has them makes of them."""
    having = [run for run in chosen if run.last is not None and selected(run)]
    if not having:
        return
    indices = min(map(selected, having), key=len)  # what all of them have: probes of one data set begin alike
    st.button("Clear selection", on_click=let_go, key="let_go")
    count = f"the first {SHOWN} of {len(indices)}" if len(indices) > SHOWN else str(len(indices))
    indices = indices[:SHOWN]
    originals = having[0].probe.images
    if len(originals):
        names = ": " + "; ".join(having[0].probe.names[index] for index in indices) if having[0].probe.names else ""
        _sheet(f"Originals, {count}{names}", originals[indices], having[0])
    else:
        st.caption("The originals are not on this machine. Train on this data set once, and they are fetched.")
    for run in having:
        try:
            decoded = network.decode(run.recording, run.last.mu[indices].astype(np.float32), labels=run.probe.labels[indices])
        except ValueError as error:
            st.caption(f"{text.plain(run.title)}: {text.plain(error)}")
            continue
        _sheet(f"{run.title} draws them as", decoded, run)


def _sheet(title: str, flat: np.ndarray, run: Run) -> None:
    st.caption(text.plain(title))
    if globe.in_space(run.probe.shape):
        flat, shape = globe.pictures(flat), (globe.SIDE, globe.SIDE)
    else:
        shape = run.probe.shape
    inline.picture(images.sheet(flat, shape, SHOWN), alt=f"{title}: {len(flat)} images")
