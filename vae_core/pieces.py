"""A network applied to many images where no gradient is asked for: in pieces, if what a layer gives for all at once would be too large."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from vae_core.nets import weighted

AT_ONCE = 64_000_000  # numbers that one layer gives: a quarter of a gigabyte


def piecewise(net: nn.Sequential, run: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
    """What ``run``, which applies ``net``, gives for inputs of one length (B, ·)."""
    if torch.is_grad_enabled():
        return run(*inputs)
    rows = max(1, AT_ONCE // max((math.prod(after) for _, _, after in weighted(net)), default=1))
    if len(inputs[0]) <= rows:
        return run(*inputs)
    return torch.cat([run(*piece) for piece in zip(*(one.split(rows) for one in inputs), strict=True)])
