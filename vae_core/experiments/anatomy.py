"""What an AE and a VAE are made of, what is left of a VAE without its KL, and whether the two halves of one fit another."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import nn

    from vae_core.experiments.trained import Trained

OTHER = 1000  # so far away is the seed of the other autoencoder


def recipes(seed: int) -> dict[str, Recipe]:
    """The plain pair in two dimensions, an AE of another seed, and a VAE that pays nothing for its rate."""
    ae, vae = pair(replace(VAE, epochs=100, seed=seed))
    return {"ae": ae, "vae": vae, "other": replace(ae, seed=seed + OTHER), "free": replace(vae, beta=0.0)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Sizes, and squared errors a pixel on test images.

    ``outside``: weights of the AE that belong to neither half. ``ae_given``, ``vae_given``: numbers that the encoder gives for an image,
    ``ae_inputs``, ``vae_inputs``: those that the decoder takes, for a code of ``code`` numbers. ``swapped``: error of the AE's encoder
    before the other AE's decoder; ``own`` with its own; ``mean`` of the mean image.
    ``free_width``: σ of the VAE without KL, as a share of the spread of its codes; ``vae_width`` the same of the VAE.
    """
    import torch

    ae, vae = models["ae"], models["vae"]
    x = ae.data.test
    with torch.no_grad():
        swapped = models["other"].model.image(ae.posterior(x).mean)
    numbers = {
        "outside": float(weights(ae.model) - weights(ae.model.posterior) - weights(ae.model.likelihood)),
        "ae_weights": float(weights(ae.model)),
        "vae_weights": float(weights(vae.model)),
        "ae_terms": 1.0 + (ae.recipe.beta > 0),
        "vae_terms": 1.0 + (vae.recipe.beta > 0),
        "code": float(vae.recipe.latent_dim),
        "pixels": float(ae.data.pixels),
        "ae_given": float(outputs(ae.model.posterior.net)),
        "vae_given": float(outputs(vae.model.posterior.net)),
        "ae_inputs": float(inputs(ae.model.likelihood.net)),
        "vae_inputs": float(inputs(vae.model.likelihood.net)),
        "swapped": float((swapped - x).square().mean()),
        "own": ae.error(x),
        "mean": float((ae.data.train.mean(0) - x).square().mean()),
        "vae_error": vae.error(x),
        "free_error": models["free"].error(x),
    }
    for label in ("vae", "free"):
        q = models[label].cloud(x)
        numbers[f"{label}_width"] = float(q.stddev.mean() / q.mean.std(0).mean())
    return Figures(numbers)


def weights(part: "nn.Module") -> int:
    """How many numbers a part of a model learns."""
    return sum(parameter.numel() for parameter in part.parameters())


def inputs(net: "nn.Module") -> int:
    """How many numbers fully connected layers take."""
    return next(net.parameters()).shape[1]


def outputs(net: "nn.Module") -> int:
    """How many numbers layers give."""
    return list(net.parameters())[-1].shape[0]


EXPERIMENT = Experiment("anatomy", recipes, measure)
