"""What a model's uncertainty is about: the width of a VAE's cloud for damaged images, and a decoder whose weights are clouds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

TIMES = 20
IMAGES = 50


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE with eight numbers; and an AE of two, whose decoder is Bayesian."""
    return {
        "vae": replace(VAE, latent_dim=8, epochs=100, seed=seed),
        "bayes": replace(AE, weights="gaussian", epochs=100, seed=seed),
    }


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """How wide the VAE's clouds are, and how unsure the Bayesian decoder is.

    ``clean``, ``blurred``, ``covered``, ``noise``: mean σ for test images as they are, blurred, with the lower half painted black, and for
    pictures of pure noise.

    ``codes``: how much the codes of one image differ when the AE with the Bayesian decoder encodes it ``TIMES`` times; ``on`` and ``off``:
    how unsure its decoder is where codes lie and where none does, in pixel units.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.particulars import unsureness

    vae, bayes = models["vae"], models["bayes"]
    x, shape = vae.data.test, vae.data.probe.shape
    covered = x.clone().view(-1, *shape)
    covered[:, shape[0] // 2 :] = 0
    seen = {
        "clean": x,
        "blurred": blur(x, shape),
        "covered": covered.flatten(1),
        "noise": torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)),
    }
    numbers = {name: float(vae.cloud(images).stddev.mean()) for name, images in seen.items()}
    generator = torch.Generator().manual_seed(seed)
    q = bayes.posterior(x[:IMAGES])
    numbers["codes"] = float(torch.stack([draw(q, generator) for _ in range(TIMES)]).std(0).mean())
    with torch.no_grad():
        spread = unsureness(bayes.model, bayes.data, bayes.recipe)
    return Figures(numbers | {"on": float(spread["spread_on_codes"] or 0.0), "off": float(spread["spread_off_codes"] or 0.0)})


def blur(x: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """Images (n, pixels), each pixel the mean of 3 × 3."""
    import torch

    pictures = torch.nn.functional.pad(x.view(-1, 1, *shape), (1, 1, 1, 1), mode="replicate")
    return torch.nn.functional.avg_pool2d(pictures, 3, stride=1).flatten(1)


EXPERIMENT = Experiment("doubt", recipes, measure)
