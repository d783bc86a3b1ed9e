"""The pretrained models that come with the lab: their names and recipes."""

import dataclasses
from dataclasses import dataclass

from vae_core.recipes import Recipe, pair

_DIGITS = Recipe(epochs=400)
_MAP = Recipe(hidden=(128, 64), batch_size=128, epochs=40, lr=1e-3, latent_dim=2)
_DEEP = Recipe(data="mnist", net="conv", hidden=(8, 16), batch_size=128, epochs=8, latent_dim=10)
_SHAPES = Recipe(data="shapes", hidden=(64, 64), batch_size=64, epochs=200, lr=1e-3)
LADDER = (0.25, 0.5, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Extent:
    """How much of a run its recording keeps.

    Attributes:
        frames: how many moments.
        keys: how many of them with weights: evenly spaced, the last among them, but not the first, which is noise.
        probe: test images that each frame encodes.
        shown: of these, how many are reconstructed; as many samples are kept.
    """

    frames: int = 40
    keys: int = 2
    probe: int = 600
    shown: int = 8


def _pairs(**vaes: Recipe) -> dict[str, Recipe]:
    named: dict[str, Recipe] = {}
    for name, vae in vaes.items():
        named |= dict(zip((f"{name.replace('_', '-')}-ae", f"{name.replace('_', '-')}-vae"), pair(vae), strict=True))
    return named


ZOO = _pairs(
    digits=_DIGITS,
    shapes=_SHAPES,
    mnist=dataclasses.replace(_MAP, data="mnist"),
    fashion_mnist=dataclasses.replace(_MAP, data="fashion-mnist"),
    mnist_10d=_DEEP,
    mnist_20d=dataclasses.replace(_DEEP, latent_dim=20),
) | {f"mnist-10d-beta-{beta:g}".replace(".", "-"): dataclasses.replace(_DEEP, beta=beta) for beta in LADDER}


def extent(recipe: Recipe) -> Extent:
    """How much to keep of a zoo model, so that all of them fit into 25 MB."""
    if recipe.data == "digits":
        return Extent(keys=9, probe=400, shown=10)
    if recipe.data == "shapes":
        return Extent(probe=300)
    return Extent(keys=1, probe=160) if recipe.latent_dim > 2 else Extent()
