"""Controls that several pages share: the recipe, and the choice of runs.

Number inputs have no bounds: a silly value is answered with a plain sentence, not silently changed.
"""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import cached, coursework, own, runs, state
from vae_core.catalogue import CATALOGUE
from vae_core.recipes import LIKELIHOODS, NETS, RECIPES, SETTINGS, Recipe, suited

PRESETS = {"Plain pair": ("pair", "VAE"), "Denoising AE": ("ae", "Denoising AE"), "β-VAE": ("vae", "β-VAE")}
PRESET_KEY = "preset"
NET_NAMES = {"mlp": "Fully connected", "conv": "Convolutional"}
CHANNELS = (16, 32)


def main_settings() -> None:
    """Which models to train, and the four settings that matter first."""
    data = own.among(CATALOGUE, state.recipe_data())
    models, *cells = st.columns([1.7, 1, 1, 1, 1])
    models.segmented_control("Models", list(state.MODELS), format_func=state.MODELS.__getitem__, key=state.MODELS_KEY, required=True)
    draw = [
        lambda: _choice("data", data, {name: own.title(name) for name in data}, on_change=use_data_settings),
        lambda: _whole("latent_dim"),
        lambda: _real("beta", 0.5),
        lambda: _whole("epochs", 10),
    ]
    _fill(cells, draw)


def more_settings() -> None:
    """Presets, then everything else in the order in which data flows: images, network, loss, optimizer."""
    st.segmented_control("Fill in a preset", list(PRESETS), key=PRESET_KEY, on_change=_use_preset)
    draw = [
        lambda: _whole("train_size", 100),
        lambda: _real("noise", 0.1),
        lambda: _choice("net", NETS, NET_NAMES, on_change=_use_net_widths),
        lambda: st.text_input(SETTINGS["hidden"].label, key=state.FIELDS["hidden"].key, help=SETTINGS["hidden"].help),
        lambda: _choice("likelihood", LIKELIHOODS, runs.LIKELIHOOD_NAMES),
        lambda: _real("sigma", 0.05),
        lambda: _real("warmup", 5.0),
        lambda: _real("free_bits", 0.1),
        lambda: _real("lr", 0.0005),
        lambda: _whole("batch_size", 16),
        lambda: _whole("seed"),
    ]
    _fill([cell for _ in range(0, len(draw), 3) for cell in st.columns(3)], draw)


def _fill(cells: Sequence[DeltaGenerator], draw: Sequence[Callable[[], object]]) -> None:
    for cell, one in zip(cells, draw, strict=False):
        with cell:
            one()


def run_picker() -> None:
    """Choose among own runs and pretrained ones; the choice holds on every page."""
    store = cached.store()
    options = [store.public_id(recording) for recording in [*store.pretrained_runs(), *coursework.last(runs.listed(store.runs()))]]
    options += [run_id for run_id in st.session_state[state.RUNS_KEY] if run_id not in options]
    st.multiselect(
        "Runs on the screen",
        options,
        format_func=runs.label,
        key=state.RUNS_KEY,
        max_selections=state.MAX_RUNS,
        placeholder="Choose a run",
        help="Pretrained models and the runs you trained. Two or more are drawn together.",
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


def _use_preset() -> None:
    """A preset is an action: it fills in settings, which then may be changed, so it does not stay pressed."""
    models, name = PRESETS[st.session_state[PRESET_KEY]]
    st.session_state[PRESET_KEY] = None
    st.session_state[state.MODELS_KEY] = models
    preset = RECIPES[name].to_dict()
    suits = suited(state.recipe_data())  # a preset says nothing of the data: points keep their likelihood
    state.set_recipe({field: suits.get(field, preset[field]) for field in ("likelihood", "sigma", "beta", "warmup", "free_bits", "noise")})
    if models == "ae":  # an AE has no rate to weigh; leave the VAE's default for when it joins
        state.set_recipe({"beta": Recipe().beta})


def use_data_settings() -> None:
    """Fill in what suits the chosen data set; also the likelihood, which differs between images and points."""
    state.set_recipe(suited(state.recipe_data()))
    _use_net_widths()


def _use_net_widths() -> None:
    """Widths of layers and channels of convolutions are different things: begin from ones that suit."""
    data = state.recipe_data()
    convolves = st.session_state[state.FIELDS["net"].key] == "conv"
    state.set_recipe({"hidden": CHANNELS if convolves else suited(data)["hidden"]})


def _choice(name: str, options: Sequence[str], words: dict[str, str], on_change: object = "rerun") -> None:
    setting = SETTINGS[name]
    st.selectbox(
        setting.label,
        options,
        format_func=lambda option: words.get(option, option),
        key=state.FIELDS[name].key,
        help=setting.help,
        on_change=on_change,
    )


def _whole(name: str, step: int = 1) -> None:
    _number(name, step, "%d")


def _real(name: str, step: float) -> None:
    _number(name, step, "%g")


def _number(name: str, step: float, form: str) -> None:
    key, help_text = state.FIELDS[name].key, _help(name)
    st.number_input(_label(name), step=step, format=form, key=key, help=help_text, disabled=_idle(name))


def _idle(name: str) -> bool:
    """Whether a setting has no effect on what will be trained."""
    if name == "sigma":
        return st.session_state[state.FIELDS["likelihood"].key] != "gaussian"
    return name in ("beta", "warmup", "free_bits") and st.session_state[state.MODELS_KEY] == "ae"


def _label(name: str) -> str:
    setting = SETTINGS[name]
    return f"{setting.label} ({setting.unit})" if setting.unit and setting.unit not in setting.label else setting.label


def _help(name: str) -> str:
    setting = SETTINGS[name]
    return setting.help if setting.low is None or setting.high is None else f"{setting.help} From {setting.low:g} to {setting.high:g}."
