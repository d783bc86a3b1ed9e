"""What a network is told of an image's label."""

import torch
from torch import Tensor, nn

from vae_core.nets import Weighted


class LabelShift(nn.Module):
    """Adds one column of learned numbers for each label to what one layer gives: the same as appending the one-hot label to its input.

    The layer is the network's first linear one; for a network without any, its first, where each label has one number for each channel.

    References:
        Learning Structured Output Representation using Deep Conditional Generative Models (Sohn et al., 2015).
    """

    def __init__(self, net: nn.Sequential, classes: int) -> None:
        super().__init__()
        layers = [(place, layer) for place, layer in enumerate(net) if isinstance(layer, Weighted)]
        self.place, layer = next(((place, layer) for place, layer in layers if isinstance(layer, nn.Linear)), layers[0])
        assert layer.bias is not None
        self.classes = classes
        self.columns = nn.Embedding(classes, len(layer.bias))

    def forward(self, place: int, h: Tensor, label: Tensor) -> Tensor:
        """What layer ``place`` gave, (B, ·), with the column of each image's label, one-hot (B, classes), added if it is the layer."""
        if place != self.place:
            return h
        column = label @ self.columns.weight
        return h + column.reshape(column.shape + (1,) * (h.ndim - 2))


def few(labels: Tensor, count: int, seed: int) -> Tensor:
    """The labels (n,) of ``count`` images, as many of each class as can be, and -1 for the others; which ones is fixed by the seed."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    shuffled = labels[order]
    rank = torch.stack([(shuffled[:place] == label).sum() for place, label in enumerate(shuffled)])
    kept = order[rank.argsort(stable=True)[:count]]
    return torch.full_like(labels, -1).index_put_((kept,), labels[kept])
