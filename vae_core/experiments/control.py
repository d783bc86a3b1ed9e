"""Can one draw what one wants? Walks along the axes of a plain VAE; and a VAE and an AE that are told the label."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.reader import votes
from vae_core.experiments.spare import PAID
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

AXES = 8
IMAGES = 100
REACH, STOPS = 2.0, 9
SAMPLES, DIGITS = 500, 10
SHOWN, ROWS = (0, 3, 6, 7), 3  # digits that walk, and rows of samples, that are drawn


def recipes(seed: int) -> dict[str, Recipe]:
    """A plain VAE with eight numbers, the same told the label, and the AE that matches it."""
    plain = replace(VAE, latent_dim=AXES, epochs=100, seed=seed)
    ae, told = pair(replace(plain, conditional=True))
    return {"plain": plain, "told": told, "ae": ae}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Shares, by a reader of labels (nearest training images) whose own accuracy on test images is ``reader``.

    ``told``: samples of the told VAE that are the digit that was asked for; ``ae_told``: those of the told AE, whose codes come from one
    Gaussian with the mean and the covariance of its codes of training images; ``ae_own``: the same with a Gaussian for each digit.
    ``says_plain`` and so on: see ``says``; ``kept``: see ``along``, which also gives arrays. Arrays ``…_drawn`` (ROWS · DIGITS, pixels):
    samples of each model; of those that are told, one code a row, asked for each digit in turn.
    """
    import torch

    from vae_core.model import numpy_image

    plain, told, ae = models["plain"], models["told"], models["ae"]
    data = plain.data
    noise = torch.randn(SAMPLES, AXES, generator=torch.Generator().manual_seed(seed))
    asked = torch.arange(SAMPLES) % DIGITS
    row, held = torch.arange(DIGITS).repeat(ROWS), noise[:ROWS].repeat_interleave(DIGITS, 0)
    with torch.no_grad():
        known = ae.model.given(data.train_labels).encode(data.train).mean
        own = torch.empty_like(noise)
        for digit in range(DIGITS):
            own[asked == digit] = gaussian(known[data.train_labels == digit], noise[asked == digit])
        of_told = told.model.given(asked).generate(noise)
        of_ae, of_own = (ae.model.given(asked).image(z) for z in (gaussian(known, noise), own))
        drawn = {
            "plain_drawn": plain.model.generate(noise[: len(row)]),
            "told_drawn": told.model.given(row).generate(held),
            "ae_drawn": ae.model.given(row).image(gaussian(known, held)),
        }
    numbers = {
        "told": share(read(of_told, data) == asked),
        "ae_told": share(read(of_ae, data) == asked),
        "ae_own": share(read(of_own, data) == asked),
        "reader": share(read(data.test, data) == data.test_labels),
    }
    numbers |= {f"says_{label}": says(trained) for label, trained in models.items()}
    walked = along(plain)
    return Figures(numbers | walked.numbers, {name: numpy_image(images) for name, images in drawn.items()} | walked.arrays)


def along(plain: "Trained") -> Figures:
    """What is read on walks along each axis, by ``IMAGES`` test images; axes are sorted, from the one on which the digit stays least often.

    ``kept_1`` and so on: share of the walks along one axis on which the digit stays the same. ``used``: axes that the model pays for with
    more than ``PAID`` nats of KL; ``kept``: the share along those, or along all if it uses none. Arrays, of one image of each digit in
    ``SHOWN``: ``walks`` (AXES, len(SHOWN), STOPS, pixels), ``walks_read`` (AXES, len(SHOWN), STOPS); ``walks_kl`` (AXES,), nats per image.
    """
    import torch

    from vae_core.model import numpy_image
    from vae_core.objective import kl_per_dimension

    data = plain.data
    images = walk(plain, plain.posterior(data.test[:IMAGES]).mean)  # (AXES, IMAGES, STOPS, pixels)
    seen = read(images.flatten(0, 2), data).view(images.shape[:3])
    same, order = (seen == seen[..., :1]).all(2).float().mean(1).sort()
    with torch.no_grad():
        kl = kl_per_dimension(plain.model, plain.cloud(data.test)).mean(0)[order]
    used = kl > PAID
    numbers = {f"kept_{place}": float(one) for place, one in enumerate(same, 1)}
    numbers |= {"used": float(used.sum()), "kept": float((same[used] if used.any() else same).mean())}
    shown = [int((data.test_labels == digit).nonzero()[0]) for digit in SHOWN]
    arrays = {
        "walks": numpy_image(images[order][:, shown]),
        "walks_read": seen[order][:, shown].numpy().astype("u1"),
        "walks_kl": kl.numpy(),
    }
    return Figures(numbers, arrays)


def walk(trained: "Trained", codes: "Tensor") -> "Tensor":
    """Images (d, n, STOPS, pixels): along each axis in turn, codes (n, d) go from -``REACH`` to ``REACH``, with all else held."""
    import torch

    count, d = codes.shape
    moved = codes[None, :, None].repeat(d, 1, STOPS, 1)
    for axis in range(d):
        moved[axis, :, :, axis] = torch.linspace(-REACH, REACH, STOPS)
    with torch.no_grad():
        return trained.model.image(moved.flatten(0, 2)).view(d, count, STOPS, -1)


def says(trained: "Trained") -> float:
    """Share of test images whose label the nearest training codes vote for: what the code alone says of it."""
    import torch

    data = trained.data
    with torch.no_grad():
        known, codes = (
            trained.model.given(labels).encode(x).mean for x, labels in ((data.train, data.train_labels), (data.test, data.test_labels))
        )
    return share(votes(codes, known, data.train_labels).mode(1).values == data.test_labels)


def gaussian(codes: "Tensor", noise: "Tensor") -> "Tensor":
    """Standard normal noise (n, d) → draws (n, d) from the Gaussian with the mean and the covariance of codes (m, d)."""
    import torch

    return codes.mean(0) + noise @ torch.linalg.cholesky(torch.cov(codes.T)).T


def read(images: "Tensor", data: "Data") -> "Tensor":
    """The label (n,) that most of the nearest training images of each image (n, pixels) have."""
    return votes(images, data.train, data.train_labels).mode(1).values


def share(true: "Tensor") -> float:
    """How much of a truth table (n,) is true."""
    return float(true.float().mean())


EXPERIMENT = Experiment("control", recipes, measure)
