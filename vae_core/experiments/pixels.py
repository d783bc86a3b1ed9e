"""One σ for all pixels, or a σ for each that the decoder gives with its mean: where it is sure, and what it gains."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

KINDS = ("one", "each")
SHADES = {"dark": 0.0, "grey": 0.5, "bright": 1.0}  # of the decoded mean
ALIKE = 0.02  # share of all pixels: those nearest to a shade have it
SELDOM = 0.05  # share of training images in which a quiet pixel is not black
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """Two VAEs with eight numbers, alike but for the decoder's σ."""
    one = replace(VAE, latent_dim=8, likelihood="gaussian-learned", epochs=100, seed=seed)
    return {"one": one, "each": replace(one, likelihood="gaussian-pixels")}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Of either model on test images: ``one_elbo`` and ``one_rate`` in nats per image, ``one_error`` squared error a pixel.

    ``one_sigma``: mean σ. ``dark``, ``grey``, ``bright``: mean σ of the second where its mean is nearest to that shade. ``gain``: how many
    nats per image less the second pays for pixels; ``quiet_gain``: those of it that are gained on pixels which are black in all but
    ``SELDOM`` of the training images; ``quiet``: how many pixels these are. Arrays: originals, and the second's means and σ, these as a
    share of the widest shown.
    """
    import torch
    from torch.distributions import Normal

    from vae_core.distributions import draw
    from vae_core.model import numpy_image
    from vae_core.objective import rate

    data = models["one"].data
    quiet = (data.train > 0).float().mean(0) < SELDOM
    numbers: dict[str, float] = {"quiet": float(quiet.sum())}
    paid = {}
    for kind, trained in models.items():
        q = trained.cloud(data.test)
        z = draw(q, torch.Generator().manual_seed(seed))
        with torch.no_grad():
            pixels = trained.model.decode(z)
        paid[kind] = -Normal(pixels.mean, pixels.stddev).log_prob(data.test).mean(0)
        cost = float(rate(trained.model, q, z).mean())
        numbers |= {f"{kind}_elbo": -float(paid[kind].sum()) - cost, f"{kind}_rate": cost, f"{kind}_error": trained.error(data.test)}
        numbers[f"{kind}_sigma"] = float(pixels.stddev.mean())
    saved = paid["one"] - paid["each"]
    numbers |= {"gain": float(saved.sum()), "quiet_gain": float(saved[quiet].sum())}
    each = models["each"]
    with torch.no_grad():
        pixels = each.model.decode(each.cloud(data.test).mean)
    mean, sigma = pixels.mean, pixels.stddev
    for name, shade in SHADES.items():
        nearest = (mean - shade).abs().flatten().topk(round(ALIKE * mean.numel()), largest=False).indices
        numbers[name] = float(sigma.flatten()[nearest].mean())
    shown = {"originals": data.test[:SHOWN], "means": mean[:SHOWN], "sigmas": sigma[:SHOWN] / sigma[:SHOWN].max()}
    return Figures(numbers, {name: numpy_image(pixels.clamp(0, 1)) for name, pixels in shown.items()})


EXPERIMENT = Experiment("pixels", recipes, measure)
