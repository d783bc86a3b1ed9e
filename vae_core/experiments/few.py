"""Fifty labels: who reads new digits best? Raw pixels, the code of a VAE, pixels with decoded samples added, and an M2 model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.reader import votes
from vae_core.figures import Figures
from vae_core.recipes import RECIPES, VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.experiments.trained import Trained

LABELS = 50
WAYS = ("pixels", "code", "added", "m2")
COPIES = 10
GROUPS, STARTS = 10, 10
SHOWN = 8


def recipes(seed: int) -> dict[str, Recipe]:
    """A VAE that sees no label, and the semi-supervised one, which sees ``LABELS``; both see all training images."""
    return {
        "vae": replace(VAE, latent_dim=8, epochs=60, seed=seed),
        "m2": replace(RECIPES["Semi-supervised VAE"], latent_dim=8, labels=LABELS, epochs=25, seed=seed),
    }


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Share of test digits read wrong with ``LABELS`` labels; ``…_all`` with a label for every training image.

    ``pixels`` and ``code``: logistic regression. ``added``: the same on pixels, with ``COPIES`` decoded draws of each labelled image added.
    ``near`` and ``code_near``: a vote of the five nearest, by pixels and by codes. ``m2``: the classifier of the semi-supervised model.
    And without any label, ``clusters_pixels`` and ``clusters_code``: see ``clusters``.
    """
    import torch

    from vae_core.distributions import draw
    from vae_core.labels import few
    from vae_core.model import numpy_image

    vae, m2 = models["vae"], models["m2"]
    data = vae.data
    known = few(data.train_labels, LABELS, seed) >= 0
    x, y, test = data.train[known], data.train_labels[known], (data.test, data.test_labels)
    codes, test_codes = vae.posterior(data.train).mean, (vae.posterior(data.test).mean, data.test_labels)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        drawn = torch.cat([vae.model.image(draw(vae.posterior(x), generator)) for _ in range(COPIES)])
        read = m2.model.read(data.test).argmax(-1)
    numbers = {
        "pixels": wrong(x, y, *test),
        "code": wrong(codes[known], y, *test_codes),
        "added": wrong(torch.cat([x, drawn]), torch.cat([y, y.repeat(COPIES)]), *test),
        "m2": float((read != data.test_labels).float().mean()),
        "near": voted_wrong(x, y, *test),
        "code_near": voted_wrong(codes[known], y, *test_codes),
        "pixels_all": wrong(data.train, data.train_labels, *test),
        "code_all": wrong(codes, data.train_labels, *test_codes),
        "near_all": voted_wrong(data.train, data.train_labels, *test),
        "code_near_all": voted_wrong(codes, data.train_labels, *test_codes),
        "clusters_pixels": clusters(data.train, *test, seed),
        "clusters_code": clusters(codes, *test_codes, seed),
    }
    return Figures(numbers, {"labelled": numpy_image(x[:SHOWN]), "drawn": numpy_image(drawn[:SHOWN])})


def wrong(x: "Tensor", y: "Tensor", test_x: "Tensor", test_y: "Tensor") -> float:
    """Share of test data (m, k) that a logistic regression on data (n, k) reads wrong."""
    from sklearn.linear_model import LogisticRegression

    reader = LogisticRegression(max_iter=1000).fit(x.numpy(), y.numpy())
    return 1 - float(reader.score(test_x.numpy(), test_y.numpy()))


def voted_wrong(x: "Tensor", y: "Tensor", test_x: "Tensor", test_y: "Tensor") -> float:
    """Share of test data (m, k) that a vote of the nearest data (n, k) reads wrong; see ``reader``."""
    return float((votes(test_x, x, y).mode(1).values != test_y).float().mean())


def clusters(x: "Tensor", test_x: "Tensor", test_y: "Tensor", seed: int) -> float:
    """How well ``GROUPS`` groups of data (n, k) match the labels (m,) of test data (m, k): 1 if they are the same, 0 on average by lot.

    The groups are found by k-means without labels, the best of ``STARTS`` starts; test data join the group whose middle is nearest.

    References:
        Comparing partitions (Hubert and Arabie, 1985), the adjusted Rand index.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    groups = KMeans(GROUPS, n_init=STARTS, random_state=seed).fit(x.double().numpy())
    return float(adjusted_rand_score(test_y.numpy(), groups.predict(test_x.double().numpy())))


EXPERIMENT = Experiment("few", recipes, measure, seeds=(0, 1, 2, 3, 4))
