"""What the width of a VAE's cloud says: for new digits, damaged ones, and pictures of pure noise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.spare import PAID
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained

KINDS = ("clean", "blurred", "covered", "noise")
IMAGES = 50
SEARCH, STEP_SIZE = 300, 0.05
ASIDE = 0.5  # how far a code is moved, about the width of a cloud
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE with eight numbers."""
    return {"vae": replace(VAE, latent_dim=8, epochs=100, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``noise`` and so on: mean σ of the clouds of such images, in the ``used`` dimensions; ``noise_width``: the same, clean ones being 1.

    ``noise_far``: their distance to the nearest training image, clean ones being 1. ``wider``: how often noise has a wider cloud than a
    clean digit. Of the clouds that the loss likes best, for the first ``IMAGES`` of clean digits and of noise: ``noise_best``, mean σ;
    ``noise_off``, by how much a pixel is off at their middle (root mean square); ``noise_steep``, see ``steepness``.
    """
    import torch

    from vae_core.model import numpy_image

    vae = models["vae"]
    seen, used = shown(vae, seed), in_use(vae)
    numbers: dict[str, float] = {"used": float(used.sum())}
    arrays: dict[str, np.ndarray] = {}
    near = {kind: float(torch.cdist(images, vae.data.train).amin(1).mean()) for kind, images in seen.items()}
    widths = {kind: vae.cloud(images).stddev[:, used].mean(-1) for kind, images in seen.items()}
    for kind, images in seen.items():
        numbers[kind] = float(widths[kind].mean())
        numbers |= {f"{kind}_width": numbers[kind] / numbers["clean"], f"{kind}_far": near[kind] / near["clean"]}
        arrays |= {f"seen_{kind}": numpy_image(images[:SHOWN]), f"rebuilt_{kind}": numpy_image(vae.reconstruct(images[:SHOWN]))}
    numbers["wider"] = how_often(widths["clean"], widths["noise"])
    for kind in ("clean", "noise"):
        some = seen[kind][:IMAGES]
        middle, width = best_cloud(vae, some, torch.Generator().manual_seed(seed))
        with torch.no_grad():
            off = (vae.model.image(middle) - some).square().mean().sqrt()
        numbers |= {f"{kind}_best": float(width[:, used].mean()), f"{kind}_off": float(off)}
        numbers[f"{kind}_steep"] = float(steepness(vae, some, middle)[:, used].mean())
    return Figures(numbers, arrays)


def in_use(vae: "Trained") -> "Tensor":
    """Which dimensions cost more than ``PAID`` nats of KL a test image, (d,) of bool; all, if none does.

    The others stay near σ = 1, whatever is shown.
    """
    import torch

    from vae_core.objective import kl_per_dimension

    with torch.no_grad():
        used = kl_per_dimension(vae.model, vae.cloud(vae.data.test)).mean(0) > PAID
    return used if used.any() else ~used


def shown(vae: "Trained", seed: int) -> dict[str, "Tensor"]:
    """Test images as they are, blurred, with the lower half painted black, and as many pictures of pure noise."""
    import torch

    x, shape = vae.data.test, vae.data.probe.shape
    covered = x.clone().view(-1, *shape)
    covered[:, shape[0] // 2 :] = 0
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(seed))
    return dict(zip(KINDS, (x, blur(x, shape), covered.flatten(1), noise), strict=True))


def how_often(ordinary: "Tensor", other: "Tensor") -> float:
    """How often one of the ``other`` figures is larger than one of the ``ordinary`` ones (AUROC)."""
    import torch
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score([0] * len(ordinary) + [1] * len(other), torch.cat([ordinary, other]).numpy()))


def best_cloud(vae: "Trained", x: "Tensor", generator: "Generator") -> tuple["Tensor", "Tensor"]:
    """μ and σ (n, d) of the clouds with the lowest loss for images (n, pixels), each sought by Adam from the one that the encoder gives."""
    import torch

    from vae_core.distributions import diagonal, draw
    from vae_core.model import distortion
    from vae_core.objective import kl_per_dimension

    q = vae.cloud(x)
    mean, log_sigma = q.mean.clone().requires_grad_(), q.stddev.log().requires_grad_()
    optimizer = torch.optim.Adam([mean, log_sigma], lr=STEP_SIZE)
    late = []
    for step in range(SEARCH):
        best = diagonal(mean, log_sigma.exp())
        loss = distortion(vae.model.decode(draw(best, generator)), x) + kl_per_dimension(vae.model, best).sum(-1)
        mean.grad, log_sigma.grad = torch.autograd.grad(loss.sum(), (mean, log_sigma))
        optimizer.step()
        if step >= SEARCH // 2:
            late.append(torch.stack([mean, log_sigma.exp()]).detach())
    middle, width = torch.stack(late).mean(0)  # for single draws make the search tremble
    return middle, width


def steepness(vae: "Trained", x: "Tensor", z: "Tensor") -> "Tensor":
    """How many nats more images (n, pixels) cost if a number of their codes z (n, d) moves by ``ASIDE``, mean of up and down: (n, d)."""
    import torch

    from vae_core.model import distortion

    steps = ASIDE * torch.eye(z.shape[1])
    with torch.no_grad():
        here = distortion(vae.model.decode(z), x)
        up, down = (torch.stack([distortion(vae.model.decode(z + way), x) for way in ways], -1) for ways in (steps, -steps))
    return (up + down) / 2 - here[:, None]


def blur(x: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """Images (n, pixels), each pixel the mean of 3 × 3."""
    import torch

    pictures = torch.nn.functional.pad(x.view(-1, 1, *shape), (1, 1, 1, 1), mode="replicate")
    return torch.nn.functional.avg_pool2d(pictures, 3, stride=1).flatten(1)


EXPERIMENT = Experiment("doubt", recipes, measure, seeds=(0, 1, 2, 3, 4))
