"""Controls that several pages share: the recipe, and the choice of runs.

Number inputs have no bounds: a silly value is answered with a plain sentence, not silently changed.

The session sets the value of each control. It is also given as the control's default: what the session sets, Streamlit tells a browser
once, and forgets if the next script run begins before the browser has drawn the control, which would then send its default as a change.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from jobs.settings import data_folder
from ui import actions, cached, own, phrases, runs, state, variants
from ui.text import plain
from vae_core.catalogue import CATALOGUE, settings
from vae_core.recipes import BINARIZATIONS, KERNELS, LIKELIHOODS, LR_COURSES, MASKS, NETS, PRIORS, SETTINGS, WEIGHTS, suited

NAMES = {
    "net": {"mlp": "Fully connected", "conv": "Convolutional"},
    "posterior": {"dirac": "A point", "gaussian": "A Gaussian cloud", "flow": "A cloud bent by a flow", "codes": "Codes from a codebook"},
    "prior": {
        "normal": "N(0, I)",
        "mixture": "Mixture, learned",
        "vamp": "VampPrior, learned",
        "flow": "Flow, learned",
        "staged": "A second VAE",
        "fitted-gaussian": "Gaussian, fitted after",
        "fitted-gmm": "Mixture, fitted after",
    },
    "binarize": {"none": "Grey, as they are", "dynamic": "Drawn anew as 0 or 1", "threshold": "Cut at one half"},
    "likelihood": runs.LIKELIHOOD_NAMES,
    "lr_course": {"constant": "Constant", "trapezoid": "Up, level, down to 0"},
    "kernel": {"imq": "Long-sighted (IMQ)", "rbf": "Short-sighted (RBF)"},
    "mask_shape": {"pixels": "Single pixels", "square": "One square"},
    "weights": {"point": "A number each", "gaussian": "A Gaussian each (Bayesian)"},
}
STAND_FOR = {"train_size": (0, "all"), "without": (-1, "none"), "labels": (0, "none")}  # numbers that are none
CHANNELS = (16, 32)
NEWEST = 200  # runs to choose among; with thousands each page would take seconds
WIDE = 150  # pixels of a setting: room for its label, for all in one row on a desktop, and for two in a row on a phone
MAIN = ("data", "latent_dim", "beta", "epochs")
MORE_KEY = "more_settings"


def main_settings() -> None:
    """Which models to train, and the four settings that matter first."""
    data = own.among(CATALOGUE, state.recipe_data())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _models()
        for one in (
            lambda: _choice("data", data, on_change=use_data_settings),
            lambda: _whole("latent_dim"),
            lambda: _real("beta", 0.5),
            lambda: _whole("epochs", 10),
        ):
            with st.container(width=WIDE):
                one()


def _models() -> None:
    now = st.session_state[state.MODELS_KEY] or "pair"
    offered = list(dict.fromkeys(["pair", "ae", "vae", now]))
    st.segmented_control(
        "Models",
        offered,
        default=now,
        format_func=state.MODELS.__getitem__,
        key=state.MODELS_KEY,
        on_change=state.remember,
        required=True,
    )


def more_settings() -> None:
    """Everything else, in the order in which data flows; what has no effect on the chosen composition is switched off.

    Its controls take longer to make than all the rest of a page, so they are made only while they can be seen.
    """
    with st.popover("More settings", width="stretch", key=MORE_KEY, on_change="rerun") as more:
        for title, draw in _MORE.items() if more.open else ():
            st.caption(title)
            _fill([cell for _ in range(0, len(draw), 3) for cell in st.columns(3, vertical_alignment="bottom")], draw)
    if not more.open:  # what belongs to a control that is not drawn would be forgotten
        keys = [field.key for name, field in state.FIELDS.items() if name not in MAIN]
        st.session_state.update({key: st.session_state[key] for key in keys})


def _fill(cells: Sequence[DeltaGenerator], draw: Sequence[Callable[[], object]]) -> None:
    for cell, one in zip(cells, draw, strict=False):
        with cell:
            one()


def run_picker() -> None:
    """Choose among own runs and pretrained ones; the choice holds on every page."""
    for run_id in actions.left():
        st.toast(f"{plain(runs.label(run_id))} left the screen, which has room for {state.MAX_RUNS} runs.", icon="📤", duration="long")
    store = cached.store()
    known = {store.public_id(recording): recording for recording in [*store.pretrained_runs(), *runs.listed()[0][:NEWEST]]}
    labels = {run_id: runs.describe(recording, run_id) for run_id, recording in known.items()}
    labels |= {run_id: runs.label(run_id) for run_id in st.session_state[state.RUNS_KEY] if run_id not in known}
    st.multiselect(
        "Runs on the screen",
        list(labels),
        default=st.session_state[state.RUNS_KEY],
        format_func=labels.__getitem__,
        key=state.RUNS_KEY,
        on_change=state.remember,
        max_selections=state.MAX_RUNS,
        select_all=False,  # it would take the first few of many
        placeholder="Choose a run",
        help=f"Pretrained models, and the {NEWEST} runs you trained last; *Models* has all. Two or more are drawn together.",
    )


def chosen_or_hint() -> list[runs.Run]:
    """The chosen runs; says plainly what cannot be read, and what to do when nothing is chosen."""
    found, problems = state.chosen_runs()
    for problem in problems:
        st.warning(problem)
    if not found:
        st.info("No run is chosen. Choose one above, or train a pair on the page *Train live*.")
    return found


def refresh(chosen: Sequence[runs.Run]) -> None:
    """Figures do not move by themselves while someone reads them; while runs still train, offer newer ones."""
    if any(run.status.active for run in chosen):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Refresh", icon="🔄", key="refresh")
            st.caption("These runs are still training. The figures show them as they were a moment ago.", width="content")


def use_data_settings() -> None:
    """Fill in what suits the chosen data set; also the likelihood, which differs between images and points."""
    state.set_recipe(settings(state.recipe_data(), data_folder()))
    _use_net_widths()


def _use_net_widths() -> None:
    """Widths of layers and channels of convolutions are different things: begin from ones that suit."""
    data = state.recipe_data()
    convolves = st.session_state[state.FIELDS["net"].key] == "conv"
    state.set_recipe({"hidden": CHANNELS if convolves else suited(data)["hidden"]})


def told(name: str, value: Any) -> str:
    """A value of a setting, for people."""
    if name == "data":
        return own.title(value)
    if name in STAND_FOR and value == STAND_FOR[name][0]:
        return STAND_FOR[name][1]
    match value:
        case str():
            return NAMES[name].get(value, value)
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case list():
            return ", ".join(map(str, value))
    return f"{value:g}"


def _choice(name: str, options: Sequence[str], on_change: Callable[[], None] = state.remember) -> None:
    setting = SETTINGS[name]
    words = {option: told(name, option) for option in options}
    st.selectbox(
        setting.label,
        options,
        index=options.index(st.session_state[state.FIELDS[name].key]),
        format_func=lambda option: words.get(option, option),
        key=state.FIELDS[name].key,
        help=_help(name),
        on_change=on_change,
        disabled=_idle(name),
    )


def _switch(name: str) -> None:
    setting = SETTINGS[name]
    key = state.FIELDS[name].key
    st.checkbox(setting.label, st.session_state[key], key=key, help=_help(name), on_change=state.remember, disabled=_idle(name))


def _widths() -> None:
    key = state.FIELDS["hidden"].key
    st.text_input(SETTINGS["hidden"].label, st.session_state[key], key=key, help=SETTINGS["hidden"].help, on_change=state.remember)


def _whole(name: str, step: int = 1) -> None:
    _number(name, step, "%d")


def _real(name: str, step: float) -> None:
    _number(name, step, "%g")


def _number(name: str, step: float, form: str) -> None:
    key = state.FIELDS[name].key
    st.number_input(
        _label(name),
        value=type(step)(st.session_state[key]),
        step=step,
        format=form,
        key=key,
        help=_help(name),
        on_change=state.remember,
        disabled=_idle(name),
    )


def _idle(name: str) -> bool:
    return variants.idle(name, state.Controls(), st.session_state[state.MODELS_KEY] or "pair")


def _label(name: str) -> str:
    """What a setting is called, with its unit, or with what a number of it stands for."""
    setting = SETTINGS[name]
    if name in STAND_FOR:
        return f"{setting.label} ({phrases.number(STAND_FOR[name][0], '{:g}')}: {STAND_FOR[name][1]})"
    return f"{setting.label} ({setting.unit})" if setting.unit and setting.unit not in setting.label else setting.label


def _help(name: str) -> str:
    """What a setting does, within which limits, and why it is switched off if it is."""
    setting = SETTINGS[name]
    said = [setting.help]
    if not (setting.low is None or setting.high is None):
        said.append(f"From {setting.low:g} to {setting.high:g}.")
    if _idle(name):
        said.append(f"**Off here.** {variants.why_idle(name)}")
    return " ".join(said)


_MORE: dict[str, list[Callable[[], object]]] = {
    "Images, and what the encoder sees of them": [
        lambda: _whole("train_size", 100),
        lambda: _whole("subset"),
        lambda: _whole("without"),
        lambda: _real("strays", 0.01),
        lambda: _choice("binarize", BINARIZATIONS),
        lambda: _real("noise", 0.1),
        lambda: _real("mask", 0.1),
        lambda: _choice("mask_shape", MASKS),
    ],
    "Network and decoder": [
        lambda: _choice("net", NETS, on_change=_use_net_widths),
        _widths,
        lambda: _choice("weights", WEIGHTS),
        lambda: _choice("likelihood", LIKELIHOODS),
        lambda: _real("sigma", 0.05),
    ],
    "Prior": [lambda: _choice("prior", PRIORS), lambda: _whole("components")],
    "Weight of the rate": [
        lambda: _real("warmup", 5.0),
        lambda: _whole("cycles"),
        lambda: _real("free_bits", 0.1),
        lambda: _real("capacity", 1.0),
    ],
    "Other penalties": [
        lambda: _real("mmd", 10.0),
        lambda: _choice("kernel", KERNELS),
        lambda: _real("tc", 1.0),
        lambda: _real("contractive", 0.1),
    ],
    "Codes": [lambda: _whole("codebook", 8), lambda: _whole("slots"), lambda: _real("commitment", 0.05)],
    "Labels": [lambda: _switch("conditional"), lambda: _whole("labels", 10)],
    "Optimizer": [
        lambda: _real("lr", 0.0005),
        lambda: _choice("lr_course", LR_COURSES),
        lambda: _whole("batch_size", 16),
        lambda: _whole("seed"),
    ],
}
