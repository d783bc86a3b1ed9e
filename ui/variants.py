"""The presets as people choose among them: in groups, with what each changes; and which settings matter for which."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ui import state
from vae_core.composition import OF_RATE, SHARED, preset_of
from vae_core.recipes import PRESETS, RECIPES, Recipe, suited
from vae_core.rules import FITTED_PRIORS

PAIR = "AE + VAE"
PAIR_TEXT = "Both, in lockstep: same data, same seed, same first weights, same batches."
GROUPS = {
    "Plain": (PAIR, "AE", "VAE"),
    "Priors": ("Mixture prior", "VampPrior", "Flow prior", "Two-stage VAE", "AE + GMM"),
    "Penalties": ("β-VAE", "β-TC-VAE", "Capacity", "Cyclical", "InfoVAE", "MMD-VAE", "WAE", "Contractive AE"),
    "Encoders and corruptions": ("Flow posterior", "Denoising AE", "Masked AE"),
    "Codes": ("VQ-VAE",),
    "Labels": ("Conditional VAE", "Semi-supervised VAE"),
    "Decoders": ("Bayesian decoder",),
}
_CLOUDS = ("pair", "vae", "flow")


def text(name: str) -> str:
    """One line: what a choice changes."""
    return PAIR_TEXT if name == PAIR else PRESETS[name][0]


def current(recipes: Sequence[Recipe]) -> str | None:
    """Which choice these recipes, which the controls describe, come from; None for a mix of one's own."""
    preset = preset_of(recipes[-1])
    if st.session_state[state.MODELS_KEY] == "pair":
        return PAIR if preset == "VAE" else None
    return preset


def use(name: str) -> None:
    """Put a choice into the controls. Data, network and optimizer stay, but where a preset asks for other epochs than usual."""
    preset = RECIPES["VAE" if name == PAIR else name]
    kept = {*SHARED, "posterior", *(OF_RATE if preset.posterior == "dirac" else ())}
    told = {field: value for field, value in preset.to_dict().items() if field not in kept}
    if preset.posterior == "dirac":  # an AE has no rate to weigh; leave the VAE's defaults for when it joins
        told |= {field: getattr(Recipe(), field) for field in OF_RATE}
    if preset.epochs != Recipe().epochs:
        told["epochs"] = min(preset.epochs, suited(state.recipe_data())["epochs"])
    state.set_recipe(told)
    state.put({state.MODELS_KEY: "pair" if name == PAIR else state.models_of(preset)})


Test = Callable[[Mapping[str, Any], str], bool]

# A setting that is not named here always matters. Each is told the values of the controls, and which models are trained.
_MATTERS: dict[str, Test] = {
    "sigma": lambda values, models: values["likelihood"] == "gaussian",
    **dict.fromkeys(OF_RATE, lambda values, models: models in _CLOUDS),
    "warmup": lambda values, models: models in _CLOUDS and values["beta"] > 0,
    "tc": lambda values, models: models in ("pair", "vae"),
    "prior": lambda values, models: models != "codes",
    "components": lambda values, models: models != "codes" and values["prior"] in ("mixture", "vamp", "fitted-gmm"),
    "mmd": lambda values, models: models != "codes" and values["prior"] not in FITTED_PRIORS,
    "kernel": lambda values, models: values["mmd"] > 0,
    "subset": lambda values, models: values["train_size"] > 0,
    "strays": lambda values, models: values["without"] >= 0,
    "contractive": lambda values, models: models != "codes",
    "mask_shape": lambda values, models: values["mask"] > 0,
    **dict.fromkeys(("codebook", "slots", "commitment"), lambda values, models: models == "codes"),
    "labels": lambda values, models: models in ("pair", "vae"),
    "weights": lambda values, models: not (values["conditional"] or values["labels"]),
    "conditional": lambda values, models: not values["labels"],
}
_LEFT_OUT = {"ae": OF_RATE}  # of what is not used at all, whatever it is


def idle(name: str, values: Mapping[str, Any], models: str) -> bool:
    """Whether a setting has no effect on what will be trained.

    One that is set and stands in the way of the others is not idle: it can be set back.
    """
    if name in _LEFT_OUT.get(models, ()) or name == "sigma":
        return not _MATTERS[name](values, models)
    usual = values[name] == getattr(Recipe(), name)
    return usual and name in _MATTERS and not _MATTERS[name](values, models)
