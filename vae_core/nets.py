"""Plain networks, tensor → tensor."""

import hashlib
import itertools
import math
from collections.abc import Sequence

import torch
from torch import nn


def mlp(widths: Sequence[int]) -> nn.Sequential:
    """Linear layers with a ReLU between them: (B, widths[0]) → (B, widths[-1])."""
    layers: list[nn.Module] = []
    for wide, narrow in itertools.pairwise(widths):
        layers += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def initialise(module: nn.Module, seed: int) -> None:
    """Draw every linear layer anew from U(-1/√fan_in, 1/√fan_in), each from its own stream.

    A stream depends on the seed and the layer's name alone. So two models share the weights of the layers that they have in common,
    and a last layer with more outputs (μ and log σ²) begins with the weights of the one with fewer (μ).
    """
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Linear):
            bound = 1 / math.sqrt(layer.in_features)
            for part in (layer.weight, layer.bias):
                generator = torch.Generator().manual_seed(_stream(seed, f"{name}/{part.dim()}"))
                values = torch.rand(part.numel(), generator=generator, dtype=torch.float64)
                with torch.no_grad():
                    part.copy_(((2 * values - 1) * bound).reshape(part.shape))


def _stream(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:7], "big")
