"""Who can generate? An AE and a VAE, sampled from N(0, I), from a Gaussian and a mixture fitted to their codes, from clouds of images."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained

WAYS = ("normal", "gaussian", "mixture", "cloud")
MOST = {"gaussian": 1, "mixture": 10}  # components; how many are used is chosen on held-out codes
SAMPLES = 1000
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """The plain pair with eight numbers a code."""
    return dict(zip(("ae", "vae"), pair(replace(VAE, latent_dim=8, epochs=60, seed=seed)), strict=True))


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """For each model and way, such as ``ae_normal``: Fréchet distance to test digits, precision, coverage.

    ``…_nearest`` is the distance of a sample to the nearest training image; ``test_nearest`` that of a test image.
    ``ae_rebuilt_frechet`` is the distance of test images, decoded from a draw of their own clouds, from themselves: what the decoder adds;
    ``real_frechet`` that of training images.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.metrics import sample_quality
    from vae_core.model import numpy_image

    data = models["vae"].data
    numbers = {"test_nearest": float(nearest(data.test, data.train)[0].mean())}
    numbers["real_frechet"] = quality(sample_quality(data.train, data.test, data.train))["frechet"]
    arrays = {}
    for who, trained in models.items():
        with torch.no_grad():
            rebuilt = trained.model.image(draw(trained.posterior(data.test), torch.Generator().manual_seed(seed)))
        numbers[f"{who}_rebuilt_frechet"] = quality(sample_quality(rebuilt, data.test, data.train))["frechet"]
        for way in WAYS:
            with torch.no_grad():
                samples = trained.model.image(codes(trained, way, torch.Generator().manual_seed(seed)))
            away, which = nearest(samples, data.train)
            found = quality(sample_quality(samples, data.test, data.train)) | {"nearest": float(away.mean())}
            numbers |= {f"{who}_{way}_{name}": value for name, value in found.items()}
            arrays[f"{who}_{way}"] = numpy_image(samples[:SHOWN])
            arrays[f"{who}_{way}_near"] = numpy_image(data.train[which[:SHOWN]])
    return Figures(numbers, arrays)


def codes(trained: "Trained", way: str, generator: "Generator") -> "Tensor":
    """``SAMPLES`` codes (n, d): from N(0, I), from what is fitted to the codes of training images, or from q(z|x) of some of these.

    References:
        From Variational to Deterministic Autoencoders (Ghosh et al., 2020).
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.fitted import Fitted

    noise = torch.randn(SAMPLES, trained.recipe.latent_dim, generator=generator)
    if way == "normal":
        return noise
    if way == "cloud":
        chosen = torch.randint(len(trained.data.train), (SAMPLES,), generator=generator)
        return draw(trained.posterior(trained.data.train[chosen]), generator)
    known, held_out = (draw(trained.posterior(x), generator) for x in (trained.data.train, trained.data.validation))
    fitted = Fitted(trained.recipe.latent_dim, MOST[way])
    fitted.fit(known, held_out)
    return fitted.transport(noise)


def nearest(x: "Tensor", train: "Tensor") -> tuple["Tensor", "Tensor"]:
    """For images (n, pixels): the Euclidean distance (n,) to the nearest training image, and which one it is (n,)."""
    import torch

    found = torch.cdist(x, train).min(1)
    return found.values, found.indices


def quality(figures: Mapping[str, float | None]) -> dict[str, float]:
    """Those that came out; one that did not stays away, so that whoever asks for it is told."""
    return {name: value for name, value in figures.items() if value is not None}


EXPERIMENT = Experiment("generate", recipes, measure)
