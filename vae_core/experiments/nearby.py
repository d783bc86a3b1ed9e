"""Are like images near each other in the code, and is what lies between two codes like an image? AE and VAE, two dimensions and eight."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.price import sharpness
from vae_core.experiments.reader import NEIGHBOURS, votes
from vae_core.experiments.sizes import pairs
from vae_core.figures import Figures
from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data import Data
    from vae_core.experiments.trained import Trained

SIZES = (2, 8)
MODELS = tuple(f"{who}{d}" for d in SIZES for who in ("ae", "vae"))
WAYS = (*MODELS, "fade")
DEGREES = 15.0
STOPS = 9  # places on the way, both ends among them
HALF = STOPS // 2
SHOWN = 6  # pairs that are drawn


def recipes(seed: int) -> dict[str, Recipe]:
    """A pair a size."""
    return pairs(SIZES, seed)


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """Test images, each paired with another one by lot: the figures of ``order`` and ``along``, such as ``ae2_width``, ``fade_near_4``.

    ``…_between`` is ``near`` half way. ``real_sure`` is of test images. ``mean_near`` and so on are of the mean training image of each
    label: what blur alone can reach.
    """
    import torch

    from vae_core.model import numpy_image

    data = models["ae2"].data
    x, labels = data.test, data.test_labels
    partner = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    shown = torch.nonzero(labels != labels[partner]).flatten()[:SHOWN]
    means = torch.stack([data.train[data.train_labels == label].mean(0) for label in data.train_labels.unique()])
    numbers = {"real_sure": quality(x, data)["sure"]} | {f"mean_{name}": value for name, value in quality(means, data).items()}
    arrays = {"ends": torch.stack([labels, labels[partner]], 1)[shown].numpy().astype("u1"), "means": numpy_image(means)}
    for label, trained in models.items():
        numbers |= {f"{label}_{name}": value for name, value in order(trained, x, partner).items()}
    for way in WAYS:
        found = along(walk(models.get(way), x, partner), partner, shown, data)
        numbers |= {f"{way}_{name}": value for name, value in found.numbers.items()}
        numbers[f"{way}_between"] = numbers[f"{way}_near_{HALF}"]
        arrays |= {f"{way}_{name}": array for name, array in found.arrays.items()}
    return Figures(numbers, arrays)


def order(trained: "Trained", x: "Tensor", partner: "Tensor") -> dict[str, float]:
    """How the codes of a model lie.

    ``turned``: how far the code moves when the image is turned by ``DEGREES``, as a share of the mean distance of two codes.
    ``width``: standard deviation of the codes; ``mismatch``: of their mean and covariance with N(0, I), nats. ``empty``: distance of the
    place half way between two codes to the nearest training code, as a share of that of a test image's code.
    """
    import torch

    from vae_core.metrics import code_moments

    q = trained.posterior(x)
    codes, learned = q.mean, trained.posterior(trained.data.train).mean
    moved = (trained.posterior(turn(x, trained.data.probe.shape)).mean - codes).norm(dim=1).mean()
    return {
        "turned": float(moved / torch.pdist(codes).mean()),
        "width": float(codes.std(0).mean()),
        "mismatch": float(code_moments(q, trained.model.prior)["moment_mismatch"] or 0.0),
        "empty": nearest((codes + codes[partner]) / 2, learned) / nearest(codes, learned),
    }


def walk(trained: "Trained | None", x: "Tensor", partner: "Tensor") -> list["Tensor"]:
    """The images (n, pixels) at each stop from each image to its partner: straight through codes, or, without a model, through pixels."""
    import torch

    begin = x if trained is None else trained.posterior(x).mean
    places = [(1 - share) * begin + share * begin[partner] for share in (stop / (STOPS - 1) for stop in range(STOPS))]
    if trained is None:
        return places
    with torch.no_grad():
        return [trained.model.image(z) for z in places]


def along(stops: list["Tensor"], partner: "Tensor", shown: "Tensor", data: "Data") -> Figures:
    """The ``quality`` of the images at each stop, such as ``near_4``; of those ``shown`` the images, and what is seen in each.

    ``third``: share of images half way between two different digits on which all votes agree that they are a third one.
    """
    import torch

    from vae_core.model import numpy_image

    numbers = {f"{name}_{stop}": value for stop, images in enumerate(stops) for name, value in quality(images, data).items()}
    begin, end, (read, agree) = data.test_labels, data.test_labels[partner], reading(stops[HALF], data)
    third = (agree == NEIGHBOURS) & (read != begin) & (read != end)
    numbers["third"] = float(third[begin != end].float().mean())
    pictures = torch.stack([images[shown] for images in stops], 1)  # (SHOWN, STOPS, pixels)
    read, agree = reading(pictures.flatten(0, 1), data)
    away = torch.cdist(pictures.flatten(0, 1), data.train).amin(1) / nearest(data.test, data.train)
    seen = {"read": read.to(torch.uint8), "agree": agree.to(torch.uint8), "away": away}
    return Figures(numbers, {"walk": numpy_image(pictures)} | {name: one.view(-1, STOPS).numpy() for name, one in seen.items()})


def quality(images: "Tensor", data: "Data") -> dict[str, float]:
    """How images (n, pixels) compare with real ones.

    ``near``: mean distance to the nearest training image, and ``sharp``: squared difference of neighbouring pixels, both as shares of
    those of test images. ``sure``: share of images on whose label all votes of the reader agree.
    """
    return {
        "near": nearest(images, data.train) / nearest(data.test, data.train),
        "sure": float((reading(images, data)[1] == NEIGHBOURS).float().mean()),
        "sharp": sharpness(images, data),
    }


def reading(images: "Tensor", data: "Data") -> tuple["Tensor", "Tensor"]:
    """The label that most votes are for, and how many; (n,) each."""
    seen = votes(images, data.train, data.train_labels)
    read = seen.mode(1).values
    return read, (seen == read[:, None]).sum(1)


def turn(x: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """Images (n, pixels) turned about their centres by ``DEGREES``."""
    import torch

    cos, sin = math.cos(math.radians(DEGREES)), math.sin(math.radians(DEGREES))
    pictures = x.view(-1, 1, *shape)
    rotation = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]]).expand(len(x), 2, 3)
    grid = torch.nn.functional.affine_grid(rotation, list(pictures.shape), align_corners=False)
    return torch.nn.functional.grid_sample(pictures, grid, align_corners=False).flatten(1)


def nearest(images: "Tensor", known: "Tensor") -> float:
    """Mean distance of images (n, pixels) to the nearest of the known ones (m, pixels); or of codes to codes."""
    import torch

    return float(torch.cdist(images, known).amin(1).mean())


EXPERIMENT = Experiment("nearby", recipes, measure)
