"""A reader of labels that learns nothing: the nearest training images have a vote each."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

NEIGHBOURS = 5


def votes(images: "Tensor", known: "Tensor", labels: "Tensor") -> "Tensor":
    """The labels (n, NEIGHBOURS) of the known images (m, pixels) that are nearest to each of ``images`` (n, pixels)."""
    import torch

    return labels[torch.cdist(images, known).topk(NEIGHBOURS, largest=False).indices]
