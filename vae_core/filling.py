"""One image with a hole that somebody painted: filled by each way that the lab knows, and by the mean image for comparison."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vae_core.experiments import hole
from vae_core.figures import Figures

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

WAYS = ("mean", *hole.WAYS)


def fill(models: Mapping[str, "Trained"], image: int, gone: "Tensor") -> Figures:
    """Fill a hole in a test image.

    Args:
        models: of the experiment ``hole``.
        image: which test image.
        gone: which of its pixels are missing, (pixels,) of bool; at least one.

    Returns:
        For each of ``WAYS`` its root mean squared error inside the hole, where black is 0 and white is 1, and the filled image.

    Raises:
        ValueError: if there is no such image, or nothing is missing.
    """
    from vae_core.model import numpy_image

    data = models["ae"].data
    if not 0 <= image < len(data.test) or gone.shape != (data.pixels,) or not gone.any():
        raise ValueError("This is not a hole in a test image.")
    x, mean = data.test[image : image + 1], data.train.mean(0)
    filled = {"mean": mean.where(gone, x), **hole.fillings(models, x, gone)}
    numbers = {way: float((made - x)[:, gone].square().mean().sqrt()) for way, made in filled.items()}
    return Figures(numbers, {way: numpy_image(made.where(gone, x))[0] for way, made in filled.items()})
