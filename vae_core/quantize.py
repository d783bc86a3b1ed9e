"""Vector quantization: an image's code is a few of K learned vectors, the codebook."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vae_core.distributions import Point

DECAY = 0.99
DEAD = 0.05


@dataclass(frozen=True, eq=False)
class Codes(Point):
    """A point that lies in the codebook.

    Attributes:
        mean: the codebook vectors of each image one after the other, (B, S·d); its gradient goes to ``raw`` as if nothing had been rounded.
        raw: what the encoder gave, (B, S·d).
        index: which codebook vectors these are, int64 (B, S).
    """

    raw: Tensor
    index: Tensor


class QuantizedHead(nn.Module):
    """Outputs (B, S·d) of a network → for each of S slots the nearest of K codebook vectors, with the straight-through gradient.

    The codebook has no gradient: it follows the encoder as a moving average (``follow``).

    References:
        Neural Discrete Representation Learning (van den Oord et al., 2017), with the moving average of its appendix A.1.
    """

    width = 1
    words: Tensor
    share: Tensor

    def __init__(self, codes: int, latent_dim: int, seed: int = 0) -> None:
        super().__init__()
        start = torch.randn(codes, latent_dim, generator=torch.Generator().manual_seed(seed))
        self.register_buffer("words", start / latent_dim**0.5)
        self.register_buffer("share", torch.zeros(codes))

    def forward(self, h: Tensor) -> Codes:
        """Encode to codes: (B, S·d) → S indices an image."""
        index = self.nearest(h.detach().unflatten(-1, (-1, self.words.shape[1])))
        return Codes(self.lookup(index) + (h - h.detach()), h, index)

    def nearest(self, vectors: Tensor) -> Tensor:
        """The index of the codebook vector that lies nearest, (..., d) → (...)."""
        return (self.words.square().sum(-1) - 2 * vectors @ self.words.T).argmin(-1)

    def lookup(self, index: Tensor) -> Tensor:
        """Indices (B, S) → the codebook vectors one after the other, (B, S·d)."""
        return self.words[index].flatten(-2)

    @property
    def usage(self) -> Tensor:
        """How often each code was chosen of late, (K,), summing to 1; uniform before the first update."""
        total = self.share.sum()
        return torch.where(total > 0, self.share / total.clamp(min=1e-12), torch.full_like(self.share, 1 / len(self.share)))

    @torch.no_grad()
    def follow(self, q: Codes, generator: torch.Generator | None = None) -> None:
        """Move each vector towards the mean of what the encoder put next to it, and start dead ones anew at outputs of the encoder.

        With n_k of a batch's n outputs next to vector e_k, and s_k their sum: N_k ← γ N_k + (1 - γ) n_k / n,
        e_k ← (γ N_k e_k + (1 - γ) s_k / n) / (the new N_k).

        References:
            Restarts: Jukebox (Dhariwal et al., 2020).
        """
        vectors, index = q.raw.reshape(-1, self.words.shape[1]), q.index.reshape(-1)
        each = (1 - DECAY) / len(vectors)
        summed = torch.zeros_like(self.words).index_add_(0, index, vectors, alpha=each)
        share = (DECAY * self.share).index_add_(0, index, torch.ones_like(vectors[:, 0]), alpha=each)
        moved = (DECAY * self.share[:, None] * self.words + summed) / share.clamp(min=1e-12)[:, None]
        dead = share < DEAD / len(share)
        chosen = torch.randint(len(vectors), (len(share),), generator=generator)
        self.words.copy_(torch.where(dead[:, None], vectors[chosen], moved))
        self.share.copy_(torch.where(dead, torch.full_like(share, 1 / len(share)), share))


def perplexity(index: Tensor, codes: int) -> float:
    """Exp of the entropy of how often each of K codes is used: 1 if all images share one code, K if all codes are used alike."""
    share = torch.bincount(index.reshape(-1), minlength=codes).double() / index.numel()
    return float(torch.special.entr(share).sum().exp())
