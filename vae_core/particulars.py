"""Measures that only some models have, on the test set: the use of a codebook, how unsure a Bayesian decoder is."""

import torch
from torch import Tensor

from vae_core.bayesian import framed, spread
from vae_core.data import Data
from vae_core.model import Model
from vae_core.quantize import Codes, perplexity
from vae_core.recipes import Recipe

PLACES = 1000


def codebook_use(model: Model, data: Data, recipe: Recipe) -> dict[str, float | None]:
    """``perplexity``: how many codes are in use, between 1 and K; None for a model without a codebook."""
    q = model.encode(data.test)
    return {"perplexity": perplexity(q.index, recipe.codebook) if isinstance(q, Codes) else None}


def unsureness(model: Model, data: Data, recipe: Recipe) -> dict[str, float | None]:
    """The spread of a Bayesian decoder where codes are and where none is, in pixel units, and KL(q(w) ‖ p(w)) in nats per training image.

    Where none is: the quarter of places, drawn evenly from the box of the codes and a margin, that lie farthest from any code.
    """
    weights, decoder = model.likelihood.weights, model.likelihood
    if weights is None:
        return {"spread_on_codes": None, "spread_off_codes": None, "weight_rate": None}
    codes = model.encode(data.test).mean
    return {
        "spread_on_codes": float(spread(decoder, codes).mean()),
        "spread_off_codes": float(spread(decoder, far_from(codes)).mean()),
        "weight_rate": float(weights.kl(decoder.net)) / len(data.train),
    }


def far_from(codes: Tensor) -> Tensor:
    """Places (m, d) of the latent space that lie far from all codes (n, d)."""
    low, high = framed(codes)
    even = torch.rand(PLACES, codes.shape[1], generator=torch.Generator().manual_seed(0))
    places = low + even * (high - low)
    distance = torch.cdist(places, codes).amin(1)
    return places[distance >= distance.quantile(0.75)]
