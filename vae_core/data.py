"""From a recipe to whole tensors. Train, validation and test are split once, by a fixed seed, and never mixed.

Which figure is from which split: the updates and ``Frame.train`` are from ``train``; ``Frame.test``, the probe and all of
``metrics.measure`` from ``test`` (its label readers are fitted on ``train``). ``validation`` is for choosing among settings; no figure
that the app reports is from it.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae_core.catalogue import CATALOGUE, DataSet, entry
from vae_core.corruptions import BINARIZE
from vae_core.frame import Probe
from vae_core.recipes import Recipe
from vae_core.splits import Images, NoData, Part, Progress, silent

__all__ = ["LOADERS", "Data", "Images", "NoData", "Part", "load", "read"]

PROBE_IMAGES = 2000
SHOWN = 10
KEPT_SETS = 4

LOADERS = {name: one.load for name, one in CATALOGUE.items()}

_in_memory: dict[tuple[str, Path], Images] = {}
_reading = threading.Lock()  # what one thread reads, another waits for


@dataclass(frozen=True, eq=False)
class Data:
    """What one run trains and is judged on.

    Attributes:
        train, validation, test: float32, shape (n, pixels), in [0, 1]; for points (n, coordinates), in the probe's ``span``. With
            binarization 0 or 1, but for ``train`` where it is dynamic.
        train_labels, validation_labels, test_labels: int64, shape (n,).
        probe: the first images of ``test``, as every frame shows them.
        train_factors, test_factors: what images were drawn from, float32, shape (n, k); k is 0 where nobody knows.
        factors: names of the k factors.
    """

    train: Tensor
    train_labels: Tensor
    validation: Tensor
    validation_labels: Tensor
    test: Tensor
    test_labels: Tensor
    probe: Probe
    train_factors: Tensor
    test_factors: Tensor
    factors: tuple[str, ...]

    @property
    def pixels(self) -> int:
        """Numbers per image."""
        return self.train.shape[1]


def load(recipe: Recipe, root: Path, progress: Progress = silent) -> Data:
    """The data of a recipe; downloads below ``root`` are kept.

    Args:
        recipe: ``train_size`` cuts the training part only: validation and test stay whole. A class that is left out stays in the test part.
        root: the data root.
        progress: told plain words such as "Downloading MNIST, 34 %"; what it raises ends the loading.

    Raises:
        NoData: if the set must be fetched and cannot be, or was removed, or if nothing else than the class that is left out is in it.
    """
    images = read(recipe.data, root, progress)
    train, validation, test = _without(images.train, recipe.without), _without(images.validation, recipe.without), images.test
    size = min(recipe.train_size or len(train.x), len(train.x))
    test_x = _judged(test.x, recipe)
    return Data(
        *(_trained(train.x[:size], recipe), _labels(train)[:size]),
        *(_judged(validation.x, recipe), _labels(validation)),
        *(test_x, _labels(test)),
        probe=_probe(images, entry(recipe.data), test_x),
        train_factors=torch.from_numpy(train.factors[:size]),
        test_factors=torch.from_numpy(test.factors),
        factors=images.factors,
    )


def read(name: str, root: Path, progress: Progress = silent) -> Images:
    """A data set as its source gives it; the last few stay in memory.

    Raises:
        NoData: if the set must be fetched and cannot be, or was removed.
    """
    key = (name, root)
    with _reading:
        if key not in _in_memory:
            images = entry(name).load(root, progress)
            if len(_in_memory) >= KEPT_SETS:
                _in_memory.pop(next(iter(_in_memory)))
            _in_memory[key] = images
        return _in_memory[key]


def _probe(images: Images, source: DataSet, test_x: Tensor) -> Probe:
    test = images.test
    pixels = test.x if test.x.dtype != np.uint8 else (test_x[:PROBE_IMAGES] * 255).round().to(torch.uint8).numpy()
    whole = Probe(pixels, test.labels, images.shape, images.classes, min(SHOWN, len(test.x)), source.span, test.names)
    return whole.first(PROBE_IMAGES, SHOWN)


def _trained(x: np.ndarray, recipe: Recipe) -> Tensor:
    """Images to train on; those that are drawn anew at each use stay grey until then."""
    return _unit(x) if recipe.binarize == "dynamic" else _judged(x, recipe)


def _judged(x: np.ndarray, recipe: Recipe) -> Tensor:
    """Images to look at again and again: drawn as black or white once, and for all runs alike."""
    return BINARIZE[recipe.binarize](_unit(x), torch.Generator().manual_seed(0))


def _unit(x: np.ndarray) -> Tensor:
    """Pixels from bytes to [0, 1]; points as they are."""
    return torch.from_numpy(x).float().div_(255) if x.dtype == np.uint8 else torch.from_numpy(x)


def _without(part: Part, label: int) -> Part:
    """A part but for one class.

    Raises:
        NoData: if nothing is left.
    """
    kept = part.labels != label
    if kept.all():
        return part
    if not kept.any():
        raise NoData("All of these images are of the class that is to be left out. Leave out another one, or none.")
    return part.take(np.flatnonzero(kept))


def _labels(part: Part) -> Tensor:
    return torch.from_numpy(part.labels).long()
