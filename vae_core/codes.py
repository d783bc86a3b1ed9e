"""A learned prior over the codes of a quantized latent space: what to sample from, where a normal would mean nothing."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from vae_core.priors import Prior

WIDTH = 64


class CodePrior(Prior):
    """p(c_1) p(c_2 | c_1) … over the S codes of an image, each one of K: one hidden layer that has seen the codes before it.

    With one slot this is a categorical distribution. Its parameters alone learn from -log p: indices carry no gradient.

    Args:
        codes: K.
        slots: S.
        latent_dim: numbers of a codebook vector.
        lookup: from indices (B, S) to codebook vectors (B, S·d).

    References:
        The Neural Autoregressive Distribution Estimator (Larochelle & Murray, 2011), for symbols instead of bits.
    """

    def __init__(self, codes: int, slots: int, latent_dim: int, lookup: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.noise_dim = slots * latent_dim
        self.codes, self.slots, self.latent_dim = codes, slots, latent_dim
        self.lookup = lookup
        self.seen = nn.Embedding(slots * codes, WIDTH)
        self.hidden = nn.Parameter(torch.zeros(slots, WIDTH))
        self.shared = nn.Linear(WIDTH, codes)
        self.logits = nn.Parameter(torch.zeros(slots, codes))

    def density(self) -> None:
        """None: it is a distribution over indices (see ``log_prob``), not over the numbers that they stand for."""

    def log_prob(self, index: Tensor) -> Tensor:
        """Log p of the codes (B, S) of each image, (B,) nats."""
        seen = self._seen(index, torch.arange(self.slots))
        before = seen.cumsum(1) - seen
        logits = self.shared(torch.tanh(before + self.hidden)) + self.logits
        return -nn.functional.cross_entropy(logits.transpose(1, 2), index, reduction="none").sum(-1)

    def transport(self, noise: Tensor) -> Tensor:
        """Turn standard normal noise (B, S·d) into codebook vectors (B, S·d) of samples, so that fixed noise gives fixed samples.

        Each slot's first number, as a quantile, says which code it takes: the code at which the cumulated probability passes it.
        """
        quantiles = torch.special.ndtr(noise[:, :: self.latent_dim])
        before = torch.zeros(len(noise), WIDTH)
        chosen = []
        for slot in range(self.slots):
            logits = self.shared(torch.tanh(before + self.hidden[slot])) + self.logits[slot]
            passed = logits.softmax(-1).cumsum(-1) < quantiles[:, slot, None]
            chosen.append(passed.sum(-1).clamp(max=self.codes - 1))
            before = before + self._seen(chosen[-1], torch.tensor(slot))
        return self.lookup(torch.stack(chosen, 1))

    def _seen(self, index: Tensor, slot: Tensor) -> Tensor:
        return self.seen(index + slot * self.codes)
