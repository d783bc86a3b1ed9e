"""Can one draw what one wants? Walks along the axes of a plain VAE; and a VAE and an AE that are told the label."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.reader import votes
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

IMAGES = 100
REACH, STOPS = 2.0, 9
SAMPLES = 500


def recipes(seed: int) -> dict[str, Recipe]:
    """A plain VAE with eight numbers, the same told the label, and the AE that matches it."""
    plain = replace(VAE, latent_dim=8, epochs=100, seed=seed)
    ae, told = pair(replace(plain, conditional=True))
    return {"plain": plain, "told": told, "ae": ae}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Shares, by a reader of labels (nearest training images) whose own accuracy on test images is ``reader``.

    ``kept``: walks along one axis of the plain VAE, from -``REACH`` to ``REACH`` with all else held, on which the digit stays the same.
    ``told``: samples of the told VAE that are the digit that was asked for; ``ae_told``: those of the told AE, whose codes come from a
    Gaussian with the mean and the covariance of its codes of training images, which is the sampler that an AE lacks.
    """
    import torch

    plain, told, ae = models["plain"], models["told"], models["ae"]
    data = plain.data

    def read(images: "Tensor") -> "Tensor":
        return votes(images, data.train, data.train_labels).mode(1).values

    codes = plain.posterior(data.test[:IMAGES]).mean
    same = []
    with torch.no_grad():
        for axis in range(codes.shape[1]):
            walk = []
            for place in torch.linspace(-REACH, REACH, STOPS):
                moved = codes.clone()
                moved[:, axis] = place
                walk.append(read(plain.model.image(moved)))
            seen = torch.stack(walk)
            same.append((seen == seen[0]).all(0).float().mean())
        asked = torch.arange(SAMPLES) % 10
        noise = torch.randn(SAMPLES, told.model.prior.noise_dim, generator=torch.Generator().manual_seed(seed))
        given = read(told.model.given(asked).generate(noise))
        known = ae.model.given(data.train_labels).encode(data.train).mean
        drawn = known.mean(0) + noise @ torch.linalg.cholesky(torch.cov(known.T)).T
        ae_given = read(ae.model.given(asked).image(drawn))
    numbers = {
        "kept": float(torch.stack(same).mean()),
        "told": float((given == asked).float().mean()),
        "ae_told": float((ae_given == asked).float().mean()),
        "reader": float((read(data.test) == data.test_labels).float().mean()),
    }
    return Figures(numbers)


EXPERIMENT = Experiment("control", recipes, measure)
