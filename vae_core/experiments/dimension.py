"""How many dimensions data have, estimated from neighbours; and whether that is because too few of them were collected."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe, suited

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

FEW, MANY = 150, 1500
NEIGHBOURS = 10


def recipes(seed: int) -> dict[str, Recipe]:
    """Autoencoders of two numbers, on the globe and on the digits: their data are what is counted."""
    return {"cities": replace(AE, data="cities", latent_dim=2, seed=seed, **suited("cities")), "digits": replace(AE, epochs=60, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Estimated dimensions: of places on the globe (``globe_few``, ``globe_many``), of a filled cube, and of the ``digits``."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    places = torch.nn.functional.normalize(torch.randn(MANY, 3, generator=generator), dim=1)
    cube = torch.rand(MANY, 3, generator=generator)
    cities, digits = (torch.cat([models[name].data.train, models[name].data.test]) for name in ("cities", "digits"))
    numbers = {
        "globe_few": dimensions(places[:FEW]),
        "globe_many": dimensions(places),
        "cube_few": dimensions(cube[:FEW]),
        "cube_many": dimensions(cube),
        "cities": dimensions(cities[torch.randperm(len(cities), generator=generator)[:MANY]]),
        "digits": dimensions(digits[torch.randperm(len(digits), generator=generator)[:1000]]),
        "pixels": float(models["digits"].data.pixels),
    }
    return Figures(numbers)


def dimensions(x: "Tensor") -> float:
    """Intrinsic dimension of points (n, k), by maximum likelihood from the distances to ``NEIGHBOURS`` neighbours.

    References:
        Maximum Likelihood Estimation of Intrinsic Dimension (Levina & Bickel, 2004), averaged over points as MacKay and Ghahramani (2005).
    """
    import torch

    nearest = torch.cdist(x.double(), x.double()).topk(NEIGHBOURS + 1, largest=False).values[:, 1:].clamp(min=1e-9)
    logs = (nearest[:, -1:] / nearest[:, :-1]).log().sum(1)
    return (NEIGHBOURS - 1) / max(float(logs.mean()), math.ulp(1.0))


EXPERIMENT = Experiment("dimension", recipes, measure)
