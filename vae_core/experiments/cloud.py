"""A point or a cloud: one image encoded again and again, and how a gradient gets through the draw."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe, pair

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from vae_core.experiments.trained import Trained

TIMES = 20
IMAGES = 50
DRAWS = 200


def recipes(seed: int) -> dict[str, Recipe]:
    """The plain pair in two dimensions."""
    return dict(zip(("ae", "vae"), pair(replace(VAE, epochs=100, seed=seed)), strict=True))


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``ae_spread``, ``vae_spread``: standard deviation of the codes of one image encoded ``TIMES`` times, averaged over images.

    ``blocked``, ``path``, ``score``: size of the gradient of the distortion with respect to μ, nats per unit of code, by ``sample()``, by
    ``rsample()`` and by the score-function estimator; ``path_noise`` and ``score_noise``: standard deviation of one draw of the last two;
    ``draws_needed``: how many draws of the last are as good as one with ``rsample()``; ``draws_baseline``: how many, if the mean cost of
    the other draws is subtracted first. Averaged over ``IMAGES`` test images. And the errors of ``rebuilt``.
    """
    import torch

    from vae_core.distributions import draw

    x = models["vae"].data.test[:IMAGES]
    numbers, arrays = {}, {"labels": models["vae"].data.test_labels.numpy().astype("u1"), "image": _bytes(x[0])}
    for label, trained in models.items():
        generator = torch.Generator().manual_seed(seed)
        q = trained.posterior(x)
        codes = torch.stack([draw(q, generator) for _ in range(TIMES)])
        numbers[f"{label}_spread"] = float(codes.std(0).mean())
        with torch.no_grad():
            arrays[f"{label}_drawn"] = _bytes(trained.model.image(codes[:, 0]))
        arrays |= {f"{label}_codes": codes[:, 0].numpy(), f"{label}_mu": trained.posterior(trained.data.test).mean.numpy()}
    numbers |= rebuilt(models["vae"], seed)
    path, score, aided = gradients(models["vae"], x, torch.Generator().manual_seed(seed))
    numbers |= {
        "blocked": blocked_gradient(models["vae"], x, seed),
        "path": float(path.mean(0).norm(dim=-1).mean()),
        "score": float(score.mean(0).norm(dim=-1).mean()),
        "path_noise": float(path.std(0).mean()),
        "score_noise": float(score.std(0).mean()),
    }
    numbers["draws_needed"] = (numbers["score_noise"] / numbers["path_noise"]) ** 2
    numbers["draws_baseline"] = (float(aided.std(0).mean()) / numbers["path_noise"]) ** 2
    return Figures(numbers, arrays | {"path": path[:, 0, 0].numpy(), "score": score[:, 0, 0].numpy()})


def rebuilt(vae: "Trained", seed: int) -> dict[str, float]:
    """``mean_error``: squared error a pixel of test images that are decoded from μ; ``draw_error``: from one draw each."""
    import torch

    from vae_core.distributions import draw

    x = vae.data.test
    with torch.no_grad():
        drawn = vae.model.image(draw(vae.cloud(x), torch.Generator().manual_seed(seed)))
    return {"mean_error": vae.error(x), "draw_error": float((drawn - x).square().mean())}


def gradients(vae: "Trained", x: "Tensor", generator: "Generator") -> tuple["Tensor", "Tensor", "Tensor"]:
    """Three estimates of the gradient of the expected distortion with respect to μ, ``DRAWS`` draws of each: (DRAWS, B, d).

    Along the path z = μ + σ · ε; by distortion · ∇ log q(z); and by the same, from the distortion less the mean of that of the other draws.

    References:
        Auto-Encoding Variational Bayes (Kingma & Welling, 2013); Simple statistical gradient-following algorithms (Williams, 1992);
        Buy 4 REINFORCE Samples, Get a Baseline for Free! (Kool et al., 2019).
    """
    import torch

    from vae_core.model import distortion

    q = vae.cloud(x)
    path, costs, directions = [], [], []
    for _ in range(DRAWS):
        noise = torch.empty_like(q.mean).normal_(generator=generator)
        z = (q.mean + q.stddev * noise).requires_grad_()
        cost = distortion(vae.model.decode(z), x)
        path.append(torch.autograd.grad(cost.sum(), z)[0])
        costs.append(cost.detach())
        directions.append(noise / q.stddev)
    cost, direction = torch.stack(costs)[..., None], torch.stack(directions)
    others = (cost.sum(0) - cost) / (DRAWS - 1)
    return torch.stack(path), cost * direction, (cost - others) * direction


def blocked_gradient(vae: "Trained", x: "Tensor", seed: int) -> float:
    """The size of the gradient that reaches μ through ``sample()``: 0 if none does."""
    import torch

    from vae_core.model import distortion

    torch.manual_seed(seed)
    q = vae.cloud(x)
    mean = q.mean.clone().requires_grad_()
    cost = distortion(vae.model.decode(torch.distributions.Normal(mean, q.stddev).sample()), x).sum()
    gradient = torch.autograd.grad(cost, mean, allow_unused=True)[0]
    return 0.0 if gradient is None else float(gradient.norm(dim=-1).mean())


def _bytes(pixels: "Tensor") -> "np.ndarray":
    return (pixels * 255).round().numpy().astype("u1")


EXPERIMENT = Experiment("cloud", recipes, measure)
