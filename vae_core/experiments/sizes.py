"""Pairs that differ in how many numbers a code has."""

from collections.abc import Sequence
from dataclasses import replace

from vae_core.recipes import VAE, Recipe, pair


def pairs(sizes: Sequence[int], seed: int) -> dict[str, Recipe]:
    """The plain pair at each size: ``ae2``, ``vae2`` and so on."""
    found: dict[str, Recipe] = {}
    for d in sizes:
        found |= dict(zip((f"ae{d}", f"vae{d}"), pair(replace(VAE, latent_dim=d, epochs=100, seed=seed)), strict=True))
    return found
