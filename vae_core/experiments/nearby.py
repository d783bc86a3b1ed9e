"""Are like images near each other in the code, and is what lies between two codes like an image? AE and VAE, two dimensions and eight."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

SIZES = (2, 8)
DEGREES = 15.0


def recipes(seed: int) -> dict[str, Recipe]:
    """A pair a size."""
    found: dict[str, Recipe] = {}
    for d in SIZES:
        found |= dict(zip((f"ae{d}", f"vae{d}"), pair(replace(VAE, latent_dim=d, epochs=100, seed=seed)), strict=True))
    return found


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """On test images, ``ae2_turned`` and so on.

    ``turned``: how far the code moves when the image is turned by ``DEGREES``, as a share of the mean distance of two codes.
    ``between``: distance of the image half way between two codes to the nearest training image, as a share of that of a real test image.
    ``width``: standard deviation of the codes; ``mismatch``: of their mean and covariance with N(0, I), nats.
    """
    import torch

    from vae_core.metrics import code_moments

    data = models["ae2"].data
    x, turned = data.test, turn(data.test, data.probe.shape)
    real = nearest(x, data.train)
    partner = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    numbers: dict[str, float] = {}
    for label, trained in models.items():
        q = trained.posterior(x)
        codes = q.mean
        with torch.no_grad():
            middle = trained.model.image((codes + codes[partner]) / 2)
        moments = code_moments(q, trained.model.prior)
        moved = (trained.posterior(turned).mean - codes).norm(dim=1).mean()
        numbers |= {
            f"{label}_turned": float(moved / torch.pdist(codes).mean()),
            f"{label}_between": nearest(middle, data.train) / real,
            f"{label}_width": float(codes.std(0).mean()),
            f"{label}_mismatch": float(moments["moment_mismatch"] or 0.0),
        }
    return Figures(numbers)


def turn(x: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """Images (n, pixels) turned about their centres by ``DEGREES``."""
    import torch

    cos, sin = math.cos(math.radians(DEGREES)), math.sin(math.radians(DEGREES))
    pictures = x.view(-1, 1, *shape)
    rotation = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]]).expand(len(x), 2, 3)
    grid = torch.nn.functional.affine_grid(rotation, list(pictures.shape), align_corners=False)
    return torch.nn.functional.grid_sample(pictures, grid, align_corners=False).flatten(1)


def nearest(images: "Tensor", known: "Tensor") -> float:
    """Mean distance of images (n, pixels) to the nearest of the known ones (m, pixels)."""
    import torch

    return float(torch.cdist(images, known).amin(1).mean())


EXPERIMENT = Experiment("nearby", recipes, measure)
