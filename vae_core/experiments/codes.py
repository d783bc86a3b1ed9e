"""From clouds to codes: a VQ-VAE whose images are four codes from a codebook, beside VAEs that give their decoder as many numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import RECIPES, VAE, Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained
    from vae_core.frame import Frame

CODEBOOK, SLOTS, NUMBERS = 32, 4, 2
CHEAP = 0.1  # β at which a cloud says about as many nats as four entries of the codebook
SAMPLES = 1000
SHOWN = 8
MOMENTS = 12


def recipes(seed: int) -> dict[str, Recipe]:
    """Four vectors of two numbers, or a cloud of eight numbers; ``cheap`` pays less for its cloud."""
    vq = replace(RECIPES["VQ-VAE"], codebook=CODEBOOK, slots=SLOTS, latent_dim=NUMBERS, epochs=60, seed=seed)
    vae = replace(VAE, latent_dim=vq.numbers, epochs=60, seed=seed)
    return {"vq": vq, "vae": vae, "cheap": replace(vae, beta=CHEAP)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Fréchet distance of samples to test digits: ``prior_frechet`` with codes from the learned prior, ``even_frechet``, ``vae_frechet``.

    ``even``: each of the codebook's vectors is as likely as any other. ``vq_error``, ``vae_error``: squared error a pixel of rebuilding;
    ``vq_rate``, ``vae_rate``, ``cheap_rate``: nats a code takes; ``cheap_error``: that of one draw from each cloud, for these nats say no
    more than a draw. ``perplexity``: how many codes are in use; ``perplexity_first``: after the first epoch.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.experiments.generate import quality
    from vae_core.metrics import bound_terms, sample_quality
    from vae_core.model import numpy_image

    vq, vae = models["vq"], models["vae"]
    data = vq.data
    generator = torch.Generator().manual_seed(seed)
    numbers, arrays = course(vq.frames)
    with torch.no_grad():
        samples = {
            "prior": vq.model.generate(torch.randn(SAMPLES, vq.recipe.numbers, generator=generator)),
            "even": vq.model.image(even(vq, generator)),
            "vae": vae.model.generate(torch.randn(SAMPLES, vae.recipe.numbers, generator=generator)),
        }
        for who, trained in models.items():
            terms = quality(bound_terms(trained.model, trained.model.encode(data.test), data.test, generator))
            numbers |= {f"{who}_error": trained.error(data.test), f"{who}_rate": terms["rate"]}
            arrays[who] = numpy_image(trained.reconstruct(data.test[:SHOWN]))
        drawn = models["cheap"].model.image(draw(models["cheap"].cloud(data.test), generator))
    numbers["cheap_error"] = float((drawn - data.test).square().mean())
    arrays["cheap"] = numpy_image(drawn[:SHOWN])
    for way, images in samples.items():
        numbers[f"{way}_frechet"] = quality(sample_quality(images, data.test, data.train))["frechet"]
        arrays[f"{way}_samples"] = numpy_image(images[: 2 * SHOWN])
    return Figures(numbers, arrays | {"originals": numpy_image(data.test[:SHOWN])})


def even(vq: "Trained", generator: "Generator") -> "Tensor":
    """Codes (n, slots · d) in which each of the codebook's vectors is as likely as any other."""
    import torch

    from vae_core.quantize import QuantizedHead

    head = vq.model.posterior.head
    assert isinstance(head, QuantizedHead)
    return head.lookup(torch.randint(CODEBOOK, (SAMPLES, SLOTS), generator=generator))


def course(frames: Sequence["Frame"]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """The use of the codebook over training: perplexity by epoch, and at ``MOMENTS`` frames the vectors in use and how often they are used.

    ``words`` (moments, codebook, 2), NaN for vectors out of use, and ``shares`` (moments, codebook).
    """
    epochs = np.array([frame.epoch for frame in frames], np.float32)
    used = np.array([frame.test["perplexity"] for frame in frames], np.float32)
    chosen = np.unique(np.linspace(0, len(frames) - 1, MOMENTS).astype(int))
    words = np.full((len(chosen), CODEBOOK, NUMBERS), np.nan, np.float32)
    shares = np.zeros((len(chosen), CODEBOOK), np.float32)
    for place, index in enumerate(chosen):
        vectors = frames[index].mu.astype(np.float16).reshape(-1, NUMBERS)
        found, counts = np.unique(vectors, axis=0, return_counts=True)
        words[place, : len(found)], shares[place, : len(found)] = found[:CODEBOOK], counts[:CODEBOOK] / len(vectors)
    numbers = {"perplexity": float(used[-1]), "perplexity_first": float(used[epochs >= 1][0])}
    return numbers, {"epochs": epochs, "used": used, "words": words, "shares": shares, "moments": epochs[chosen]}


EXPERIMENT = Experiment("codes", recipes, measure, needs_frames=True)
