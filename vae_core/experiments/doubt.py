"""What the width of a VAE's cloud says: for new digits, damaged ones, and pictures of pure noise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained

KINDS = ("clean", "blurred", "covered", "noise")
IMAGES = 50
SEARCH, STEP_SIZE = 300, 0.05
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE with eight numbers."""
    return {"vae": replace(VAE, latent_dim=8, epochs=100, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``noise`` and so on: mean σ of the clouds of such images; ``noise_width``: the same, clean ones being 1.

    ``noise_far``: their distance to the nearest training image, clean ones being 1. ``wider``: how often noise has a wider cloud than a
    clean digit. ``clean_best`` and ``noise_best``: mean σ of the clouds that the loss likes best; ``agree``: how the widths that the
    encoder gives correlate with ``needed_width``. These three are of the first ``IMAGES`` of a kind.
    """
    import torch

    from vae_core.model import numpy_image

    vae = models["vae"]
    seen = shown(vae, seed)
    numbers: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    near = {kind: float(torch.cdist(images, vae.data.train).amin(1).mean()) for kind, images in seen.items()}
    for kind, images in seen.items():
        numbers[kind] = float(vae.cloud(images).stddev.mean())
        numbers |= {f"{kind}_width": numbers[kind] / numbers["clean"], f"{kind}_far": near[kind] / near["clean"]}
        arrays |= {f"seen_{kind}": numpy_image(images[:SHOWN]), f"rebuilt_{kind}": numpy_image(vae.reconstruct(images[:SHOWN]))}
    numbers["wider"] = how_often(*(vae.cloud(seen[kind]).stddev.mean(-1) for kind in ("clean", "noise")))
    for kind in ("clean", "noise"):
        numbers[f"{kind}_best"] = best_width(vae, seen[kind][:IMAGES], torch.Generator().manual_seed(seed))
    some = vae.cloud(torch.cat([images[:IMAGES] for images in seen.values()]))
    widths = torch.stack([some.stddev.flatten(), needed_width(vae, some.mean).flatten()])
    return Figures(numbers | {"agree": float(torch.corrcoef(widths)[0, 1])}, arrays)


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


def best_width(vae: "Trained", x: "Tensor", generator: "Generator") -> float:
    """The mean σ of the clouds with the lowest loss for images (n, pixels), each sought by Adam from the one that the encoder gives."""
    import torch

    from vae_core.distributions import diagonal, draw
    from vae_core.model import distortion
    from vae_core.objective import kl_per_dimension

    q, widths = vae.cloud(x), []
    mean, log_sigma = q.mean.clone().requires_grad_(), q.stddev.log().requires_grad_()
    optimizer = torch.optim.Adam([mean, log_sigma], lr=STEP_SIZE)
    for _ in range(SEARCH):
        best = diagonal(mean, log_sigma.exp())
        loss = distortion(vae.model.decode(draw(best, generator)), x) + kl_per_dimension(vae.model, best).sum(-1)
        mean.grad, log_sigma.grad = torch.autograd.grad(loss.sum(), (mean, log_sigma))
        optimizer.step()
        widths.append(float(log_sigma.detach().exp().mean()))
    late = widths[SEARCH // 2 :]  # a mean, for single draws make the search tremble
    return sum(late) / len(late)


def needed_width(vae: "Trained", z: "Tensor") -> "Tensor":
    """How wide clouds around codes (n, d) should be by how fast the decoder's pictures change there, whatever the image is: (n, d).

    σ_j⁻² = 1 + Σ_p x̂_p (1 - x̂_p) (∂ℓ_p/∂z_j)² with logits ℓ: the Gauss-Newton curvature of the loss in z, for Bernoulli pixels.

    References:
        The Variational Gaussian Approximation Revisited (Opper and Archambeau, 2009).
    """
    import torch
    from torch.func import jacrev, vmap

    net = vae.model.likelihood.net
    with torch.no_grad():
        speed = vmap(jacrev(lambda code: net(code[None])[0]))(z)  # (n, pixels, d)
        pixels = vae.model.image(z)
    return (1 + (speed.square() * (pixels * (1 - pixels))[..., None]).sum(1)).rsqrt()


def blur(x: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """Images (n, pixels), each pixel the mean of 3 × 3."""
    import torch

    pictures = torch.nn.functional.pad(x.view(-1, 1, *shape), (1, 1, 1, 1), mode="replicate")
    return torch.nn.functional.avg_pool2d(pictures, 3, stride=1).flatten(1)


EXPERIMENT = Experiment("doubt", recipes, measure)
