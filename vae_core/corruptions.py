"""What is done to pixels before the model sees them: noise and masks for the encoder alone, black or white for the images themselves."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

Corruption = Callable[[Tensor, torch.Generator | None], Tensor]


def clean(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Leaves the input as it is."""
    return x


def gaussian_noise(sigma: float) -> Corruption:
    """Adds N(0, σ²) to every pixel of the encoder's input; the target stays clean.

    References:
        Stacked Denoising Autoencoders (Vincent et al., 2010).
    """
    return lambda x, generator: x + sigma * torch.empty_like(x).normal_(generator=generator)


def mask_pixels(share: float) -> Corruption:
    """Sets each pixel to 0 with probability ``share``.

    References:
        Extracting and Composing Robust Features with Denoising Autoencoders (Vincent et al., 2008).
    """
    return lambda x, generator: x * (torch.empty_like(x).uniform_(generator=generator) >= share)


def mask_square(share: float, shape: tuple[int, int]) -> Corruption:
    """Sets a patch to 0 that covers about ``share`` of each image, with the image's proportions, at a place of its own.

    References:
        Context Encoders: Feature Learning by Inpainting (Pathak et al., 2016).
    """
    sides = [max(1, round(math.sqrt(share) * side)) for side in shape]

    def corrupt(x: Tensor, generator: torch.Generator | None) -> Tensor:
        within = []
        for side, whole in zip(sides, shape, strict=True):
            start = torch.randint(whole - side + 1, (len(x), 1), generator=generator)
            place = torch.arange(whole)
            within.append((place >= start) & (place < start + side))
        patch = within[0][:, :, None] & within[1][:, None, :]
        return x * ~patch.flatten(1)

    return corrupt


def in_turn(first: Corruption, *others: Corruption) -> Corruption:
    """One after the other."""

    def corrupt(x: Tensor, generator: torch.Generator | None) -> Tensor:
        for one in (first, *others):
            x = one(x, generator)
        return x

    return corrupt


def bernoulli(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Each pixel becomes 1 with the probability that its grey says; 0 and 1 stay.

    References:
        On the Quantitative Analysis of Deep Belief Networks (Salakhutdinov & Murray, 2008).
    """
    return torch.bernoulli(x, generator=generator)


def threshold(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Pixels above one half become 1, the others 0."""
    return (x > 0.5).float()


BINARIZE: dict[str, Corruption] = {"none": clean, "dynamic": bernoulli, "threshold": threshold}
