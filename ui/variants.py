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


def as_preset(recipe: Recipe, name: str) -> bool:
    """Whether a recipe that is a case of a preset has its very values, but for data, network and optimizer."""
    own, preset = recipe.to_dict(), RECIPES[name].to_dict()
    return all(own[field] == preset[field] for field in own if field not in SHARED)


def has_rate(models: str) -> bool:
    """Whether a choice of models trains one whose encoder gives clouds, so that β weighs something."""
    return models in _CLOUDS


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

_A_RATE = "Only for encoders that give clouds: points and codes have no rate to weigh."
_A_CODEBOOK = "Only for an encoder that gives codes."

# A setting that is not named here always matters. Each is told the values of the controls, and which models are trained; and says why.
_MATTERS: dict[str, tuple[Test, str]] = {
    "sigma": (lambda values, models: values["likelihood"] == "gaussian", "Only for the Gaussian likelihood of fixed σ."),
    **dict.fromkeys(OF_RATE, (lambda values, models: models in _CLOUDS, _A_RATE)),
    "warmup": (lambda values, models: models in _CLOUDS and values["beta"] > 0, "Only where β is above 0 and the encoder gives clouds."),
    "tc": (lambda values, models: models in ("pair", "vae"), "Only for encoders that give Gaussian clouds."),
    "prior": (lambda values, models: models != "codes", "Codes from a codebook bring a prior of their own."),
    "components": (
        lambda values, models: models != "codes" and values["prior"] in ("mixture", "vamp", "fitted-gmm"),
        "Only for a prior that is a mixture or a VampPrior.",
    ),
    "mmd": (
        lambda values, models: models != "codes" and values["prior"] not in FITTED_PRIORS,
        "Only where codes can be pulled to a prior that does not itself follow them.",
    ),
    "kernel": (lambda values, models: values["mmd"] > 0, "Only with an MMD weight above 0."),
    "subset": (lambda values, models: values["train_size"] > 0, "Only where not all training images are used."),
    "strays": (lambda values, models: values["without"] >= 0, "Only where a class is left out."),
    "contractive": (
        lambda values, models: models != "codes",
        "Only for codes that can move little by little, which those from a codebook cannot.",
    ),
    "mask_shape": (lambda values, models: values["mask"] > 0, "Only where a part is masked."),
    **dict.fromkeys(("codebook", "slots", "commitment"), (lambda values, models: models == "codes", _A_CODEBOOK)),
    "labels": (lambda values, models: models in ("pair", "vae"), "Only for encoders that give Gaussian clouds."),
    "weights": (lambda values, models: not (values["conditional"] or values["labels"]), "Only for a decoder that is told no labels."),
    "conditional": (lambda values, models: not values["labels"], "A model with few labels is told them in any case."),
}
_LEFT_OUT = {"ae": OF_RATE}  # of what is not used at all, whatever it is


def idle(name: str, values: Mapping[str, Any], models: str) -> bool:
    """Whether a setting has no effect on what will be trained.

    One that is set and stands in the way of the others is not idle: it can be set back.
    """
    if name in _LEFT_OUT.get(models, ()) or name == "sigma":
        return not _MATTERS[name][0](values, models)
    usual = values[name] == getattr(Recipe(), name)
    return usual and name in _MATTERS and not _MATTERS[name][0](values, models)


def why_idle(name: str) -> str:
    """One sentence on when a setting that is idle would matter."""
    return _MATTERS[name][1]
