"""Fill the hole: part of a digit is missing. Models that never met a hole, one that trained with holes, and the nearest training digits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

# Rows and columns of 8 × 8 pixels that are missing. The first two are as large as the holes of the training.
HOLES = {"middle": (1, 6, 1, 6), "corner": (3, 8, 3, 8), "bottom": (4, 8, 0, 8)}
WAYS = ("again_ae", "again_vae", "search_ae", "search_vae", "masked", "near")
PASSES = 30
SEARCH = 100
NEAREST = 5
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """An AE, the same AE that sees a square of 5 × 5 pixels painted out in each training image, and a VAE."""
    ae, vae = pair(replace(VAE, latent_dim=8, epochs=60, seed=seed))
    return {"ae": ae, "masked": replace(ae, mask=0.4, mask_shape="square"), "vae": vae}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Squared error inside the hole, as a share of that of the mean image: ``near_middle`` and so on; 1 is what knowing nothing gives.

    For each of ``WAYS``, see ``fillings``; and ``whole``: the AE's error in the same place when nothing is missing.
    """
    from vae_core.model import numpy_image

    data = models["ae"].data
    x, mean = data.test, data.train.mean(0)
    numbers, arrays = {}, {"originals": numpy_image(x[:SHOWN])}
    for hole, corners in HOLES.items():
        gone = missing(corners)
        filled = fillings(models, x, gone) | {"whole": models["ae"].reconstruct(x)}
        nothing = (mean - x)[:, gone].square().mean()
        for way, image in filled.items():
            numbers[f"{way}_{hole}"] = float((image - x)[:, gone].square().mean() / nothing)
            arrays[f"{way}_{hole}"] = numpy_image(image.where(gone, x)[:SHOWN])
        arrays[f"seen_{hole}"] = numpy_image((x * ~gone)[:SHOWN])
    return Figures(numbers, arrays)


def fillings(models: Mapping[str, "Trained"], x: "Tensor", gone: "Tensor") -> dict[str, "Tensor"]:
    """Images (n, pixels) as each of ``WAYS`` makes them when the pixels ``gone`` are missing.

    ``again``: a model fills the hole, then encodes what it filled, ``PASSES`` times. ``search``: the code that explains best what can be
    seen; the VAE's search counts the price of the code too, and an AE's code has none. ``masked``: one pass of the AE that trained with
    holes. ``near``: the mean of the training images that are nearest by what can be seen.
    """
    data = models["ae"].data
    start = data.train.mean(0).where(gone, x)
    return {
        "again_ae": refill(models["ae"], x, gone, start),
        "again_vae": refill(models["vae"], x, gone, start),
        "search_ae": explained(models["ae"], x, gone, start, price=0.0),
        "search_vae": explained(models["vae"], x, gone, start, price=1.0),
        "masked": models["masked"].reconstruct(x * ~gone),
        "near": neighbours(x, data.train, gone),
    }


def missing(corners: tuple[int, int, int, int]) -> "Tensor":
    """Which of 8 × 8 pixels lie between these rows and columns, (64,) of bool."""
    import torch

    top, bottom, left, right = corners
    gone = torch.zeros(8, 8, dtype=torch.bool)
    gone[top:bottom, left:right] = True
    return gone.flatten()


def refill(trained: "Trained", x: "Tensor", gone: "Tensor", start: "Tensor") -> "Tensor":
    """Rebuild images (n, pixels), put back what can be seen, and again: (n, pixels).

    References:
        Stochastic Backpropagation and Approximate Inference in Deep Generative Models (Rezende et al., 2014), here with means.
    """
    image = start
    for _ in range(PASSES):
        image = trained.reconstruct(image).where(gone, x)
    return image


def explained(trained: "Trained", x: "Tensor", gone: "Tensor", start: "Tensor", price: float) -> "Tensor":
    """Images (n, pixels) of the codes with the largest log p(seen pixels | z) + price · log p(z), found by Adam from those of ``start``."""
    import torch

    z = trained.posterior(start).mean.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(SEARCH):
        pixels = trained.model.image(z).clamp(1e-5, 1 - 1e-5)
        off = torch.nn.functional.binary_cross_entropy(pixels[:, ~gone], x[:, ~gone], reduction="sum")
        cost = off + price * 0.5 * z.square().sum()
        (z.grad,) = torch.autograd.grad(cost, z)
        optimizer.step()
    with torch.no_grad():
        return trained.model.image(z)


def neighbours(x: "Tensor", train: "Tensor", gone: "Tensor") -> "Tensor":
    """The mean of the training images that are nearest by the pixels that can be seen, (n, pixels)."""
    import torch

    which = torch.cdist(x[:, ~gone], train[:, ~gone]).topk(NEAREST, largest=False).indices
    return train[which].mean(1)


EXPERIMENT = Experiment("hole", recipes, measure)
