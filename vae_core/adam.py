"""The optimizer."""

from collections.abc import Sequence

import torch
from torch import Tensor


class Adam:
    """Adam by the kernel of ``torch.optim.Adam``, without its bookkeeping, which a small model's update would notice.

    Nor does it import ``torch._dynamo``, as the first optimizer of ``torch.optim`` does: that takes two seconds of each worker's start.

    Args:
        values: tensors to change, in place.

    References:
        Adam: A Method for Stochastic Optimization (Kingma & Ba, 2015).
    """

    def __init__(self, values: Sequence[Tensor]) -> None:
        self._values = list(values)
        self._means, self._squares = ([torch.zeros_like(value) for value in values] for _ in range(2))
        self._steps = [torch.zeros(()) for _ in values]

    @torch.no_grad()
    def __call__(self, slopes: Sequence[Tensor | None], lr: float) -> None:
        """One step along the slopes, one for each value and of its shape; a value without one stays as it is."""
        there = {place: slope for place, slope in enumerate(slopes) if slope is not None}
        steps = [self._steps[place] for place in there]
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            [self._values[place] for place in there],
            list(there.values()),
            [self._means[place] for place in there],
            [self._squares[place] for place in there],
            [],
            steps,
            lr=lr,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            weight_decay=0.0,
            amsgrad=False,
            maximize=False,
        )
