"""Clothes among digits, and digits among clothes: four guards that learned one kind of image meet another kind altogether."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, VAE, Recipe, suited

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

LEARNED = {"digits": "mnist", "clothes": "fashion-mnist"}
WAYS = ("ae", "bound", "plain", "pca", "near")
IMAGES, TESTED = 3_000, 1_000
CODE = 16
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """An AE with squared error and a VAE with Bernoulli pixels, on each of the two sets; and that VAE on pixels that are black or white."""
    found = {}
    for learned, data in LEARNED.items():
        common = {**suited(data), "data": data, "train_size": IMAGES, "epochs": 6, "latent_dim": CODE, "seed": seed}
        found[f"ae_{learned}"] = replace(AE, **{**common, "likelihood": "gaussian"})
        found[f"vae_{learned}"] = replace(VAE, **common)
        found[f"plain_{learned}"] = replace(VAE, **common, binarize="threshold")
    return found


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """AUROC of telling test images of the set that was not learned from those of the set that was: ``ae_clothes`` if clothes were learned.

    ``ae``: by the squared error of rebuilding; ``bound``: by the VAE's bound on -log p(x); ``plain``: by that of a VAE for
    black and white, on images made so (on grey, even a perfect copy has a cost of its own); ``pca``: by the error of PCA with as many
    numbers; ``near``: by the distance to the nearest training image.

    References:
        Do Deep Generative Models Know What They Don't Know? (Nalisnick et al., 2019).
    """
    import torch
    from sklearn.metrics import roc_auc_score

    from vae_core.corruptions import threshold
    from vae_core.model import numpy_image

    numbers: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    for learned, other in (("digits", "clothes"), ("clothes", "digits")):
        ae, vae = models[f"ae_{learned}"], models[f"vae_{learned}"]
        x = torch.cat([ae.data.test[:TESTED], models[f"ae_{other}"].data.test[:TESTED]])
        odd = torch.arange(len(x)) >= min(TESTED, len(ae.data.test))
        rebuilt = ae.reconstruct(x)
        scores = {"ae": (rebuilt - x).square().sum(-1), "bound": bound(vae, x, seed), **baselines(ae.data, x)}
        scores["plain"] = bound(models[f"plain_{learned}"], threshold(x), seed)
        numbers |= {f"{way}_{learned}": float(roc_auc_score(odd.numpy(), score.numpy())) for way, score in scores.items()}
        shown = odd.nonzero()[:SHOWN, 0]
        arrays |= {f"strange_{learned}": numpy_image(x[shown]), f"rebuilt_{learned}": numpy_image(rebuilt[shown])}
    return Figures(numbers, arrays)


def bound(vae: "Trained", x: "Tensor", seed: int) -> "Tensor":
    """Minus the ELBO of images (n, pixels) by one draw each, (n,) nats."""
    import torch

    from vae_core.distributions import draw
    from vae_core.model import distortion
    from vae_core.objective import kl_per_dimension

    q = vae.cloud(x)
    with torch.no_grad():
        z = draw(q, torch.Generator().manual_seed(seed))
        return distortion(vae.model.decode(z), x) + kl_per_dimension(vae.model, q).sum(-1)


def baselines(data: "Data", x: "Tensor") -> dict[str, "Tensor"]:
    """How odd images are to who has no network, (n,) each."""
    import torch

    from vae_core.metrics import principal_components

    mean, basis = principal_components(data.train, CODE)
    centred = x - mean
    return {
        "pca": (centred - centred @ basis @ basis.T).square().sum(-1),
        "near": torch.cdist(x, data.train).amin(1),
    }


EXPERIMENT = Experiment("strangers", recipes, measure)
