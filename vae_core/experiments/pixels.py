"""One σ for all pixels, one for each place, or one for each that the decoder gives with its mean: where it is sure, and what it gains."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

KINDS = ("one", "each")
SHADES = {"dark": 0.0, "grey": 0.5, "bright": 1.0}  # of the decoded mean
ALIKE = 0.02  # share of those pixels that are not quiet: the nearest to a shade have it
SELDOM = 0.05  # share of training images in which a quiet pixel is not black
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """Two VAEs with eight numbers, alike but for the decoder's σ."""
    one = replace(VAE, latent_dim=8, likelihood="gaussian-learned", epochs=100, seed=seed)
    return {"one": one, "each": replace(one, likelihood="gaussian-pixels")}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Of either model on test images: ``one_elbo`` and ``one_rate`` in nats per image, ``one_error`` squared error a pixel.

    ``one_sigma``: mean σ. ``places_elbo``: the first model's, if it had a σ for each place in the picture, see ``by_place``. ``quiet``: how
    many pixels are black in all but ``SELDOM`` of the training images. ``dark``, ``grey``, ``bright``: of the others, the mean σ of the
    second model where its mean is nearest to that shade. Arrays: originals, and the second's means and σ, these as a share of the widest
    shown.
    """
    import torch

    from vae_core.model import numpy_image

    data = models["one"].data
    quiet = (data.train > 0).float().mean(0) < SELDOM
    numbers: dict[str, float] = {"quiet": float(quiet.sum())}
    for kind, trained in models.items():
        mean, sigma, cost = answer(trained, data.test, seed)
        numbers |= {f"{kind}_elbo": likely(data.test, mean, sigma) - cost, f"{kind}_rate": cost}
        numbers |= {f"{kind}_error": trained.error(data.test), f"{kind}_sigma": float(sigma.mean())}
    one, each = models["one"], models["each"]
    mean, _, cost = answer(one, data.test, seed)
    numbers["places_elbo"] = likely(data.test, mean, by_place(one, seed)) - cost
    with torch.no_grad():
        pixels = each.model.decode(each.cloud(data.test).mean)
    mean, sigma = pixels.mean, pixels.stddev
    numbers |= {name: at_shade(mean[:, ~quiet], sigma[:, ~quiet], shade) for name, shade in SHADES.items()}
    shown = {"originals": data.test[:SHOWN], "means": mean[:SHOWN], "sigmas": sigma[:SHOWN] / sigma[:SHOWN].max()}
    return Figures(numbers, {name: numpy_image(pixels.clamp(0, 1)) for name, pixels in shown.items()})


def answer(trained: "Trained", x: "Tensor", seed: int) -> tuple["Tensor", "Tensor", float]:
    """What the decoder says of images (n, pixels) by one draw each: means and σ (n, pixels); and the mean KL, nats per image."""
    import torch

    from vae_core.distributions import draw
    from vae_core.objective import rate

    q = trained.cloud(x)
    z = draw(q, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        pixels = trained.model.decode(z)
    return pixels.mean, pixels.stddev, float(rate(trained.model, q, z).mean())


def likely(x: "Tensor", mean: "Tensor", sigma: "Tensor") -> float:
    """The mean of log N(x; mean, σ²) over images (n, pixels), nats."""
    from torch.distributions import Normal

    return float(Normal(mean, sigma).log_prob(x).sum(-1).mean())


def by_place(trained: "Trained", seed: int) -> "Tensor":
    """A σ for each pixel that does not change with the code (pixels,): the best for training images, which is the root mean square error.

    It is no narrower than the lab's models may have it.
    """
    from vae_core.distributions import LEAST_SIGMA

    x = trained.data.train
    means, _, _ = answer(trained, x, seed)
    return (means - x).square().mean(0).sqrt().clamp(min=LEAST_SIGMA)


def at_shade(mean: "Tensor", sigma: "Tensor", shade: float) -> float:
    """The mean σ (n, pixels) where the mean (n, pixels) is nearest to a shade, in ``ALIKE`` of all."""
    nearest = (mean - shade).abs().flatten().topk(round(ALIKE * mean.numel()), largest=False).indices
    return float(sigma.flatten()[nearest].mean())


EXPERIMENT = Experiment("pixels", recipes, measure)
