"""A training set in which some digits are rare by chance: does a VAE draw the rare ones more often than it saw them?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

IMAGES = 50
EXTREME = 3  # digits that count as rare, and as many as common
SAMPLES = 1000
NEIGHBOURS = 5


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE on few images, other ones for each seed, whose digits are far from even."""
    return {"vae": replace(VAE, train_size=IMAGES, subset=seed, latent_dim=8, epochs=500, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Share of the rarest and of the commonest digits among training images and among samples.

    What digit a sample is says the vote of its nearest images of the lab's whole test set; ``reader`` is how often that is right for a
    training image.
    """
    import torch

    vae, data = models["vae"], models["vae"].data
    counts = torch.bincount(data.train_labels, minlength=10).float()
    order = counts.argsort(stable=True)
    noise = torch.randn(SAMPLES, vae.model.prior.noise_dim, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        samples = vae.model.generate(noise)
    made = torch.bincount(read(samples, data.test, data.test_labels), minlength=10).float()
    numbers = {"reader": float((read(data.train, data.test, data.test_labels) == data.train_labels).float().mean())}
    for name, share in (("train", counts / counts.sum()), ("made", made / made.sum())):
        numbers |= {f"{name}_rare": float(share[order[:EXTREME]].sum()), f"{name}_common": float(share[order[-EXTREME:]].sum())}
    return Figures(numbers)


def read(images: "Tensor", known: "Tensor", labels: "Tensor") -> "Tensor":
    """The labels of images (n, pixels) by the vote of their ``NEIGHBOURS`` nearest known ones (m, pixels): (n,)."""
    import torch

    return labels[torch.cdist(images, known).topk(NEIGHBOURS, largest=False).indices].mode(1).values


EXPERIMENT = Experiment("skew", recipes, measure, seeds=(0, 1, 2, 3, 4))
