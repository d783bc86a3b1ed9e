"""From a recipe to whole tensors. Train, validation and test are split once, by a fixed seed, and never mixed.

Which figure is from which split: the updates and ``Frame.train`` are from ``train``; ``Frame.test``, the probe and all of
``metrics.measure`` from ``test`` (its label readers are fitted on ``train``). ``validation`` is for choosing among settings; no figure
that the app reports is from it.
"""

import math
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae_core import own_data
from vae_core.catalogue import DataSet, entry
from vae_core.corruptions import BINARIZE
from vae_core.frame import Probe
from vae_core.recipes import Recipe
from vae_core.splits import Images, NoData, Part, Progress, silent

__all__ = ["Data", "Images", "NoData", "Part", "load", "read"]

PROBE_IMAGES = 2000
EVALUATED = 500  # images of either part that a frame's losses are of
SHOWN = 10
KEPT_SETS = 4

_in_memory: dict[tuple[str, Path], Images] = {}
_reading = threading.Lock()  # what one thread reads, another waits for


@dataclass(frozen=True, eq=False)
class Data:
    """What one run trains and is judged on.

    Images are float32, shape (n, pixels), in [0, 1]; points (n, coordinates), in the probe's ``span``. With binarization they are 0 or 1,
    but for ``train`` where it is dynamic. Labels are int64, shape (n,).

    ``train``, ``validation`` and ``test`` are converted when first asked for: a run's first frame does not wait for that.

    Attributes:
        train_part, validation_part, test_part: the three parts as their source gives them.
        binarize: the recipe's binarization.
        probed: the first images of ``test``, as a tensor: those of the probe, and enough to evaluate a frame on.
        probe: what every frame shows.
    """

    train_part: Part
    validation_part: Part
    test_part: Part
    binarize: str
    probed: Tensor
    probe: Probe

    @property
    def pixels(self) -> int:
        """Numbers per image."""
        return self.train_part.x.shape[1]

    @property
    def size(self) -> int:
        """Images in ``train``."""
        return len(self.train_part.x)

    @cached_property
    def train(self) -> Tensor:
        """Images that updates are made with."""
        return _trained(self.train_part.x, self.binarize)

    @cached_property
    def learned(self) -> Tensor:
        """The first of ``train``, enough to evaluate a frame on."""
        return _trained(self.train_part.x[:EVALUATED], self.binarize)

    @cached_property
    def train_labels(self) -> Tensor:
        """Labels of ``train``."""
        return _labels(self.train_part)

    @cached_property
    def validation(self) -> Tensor:
        """Images to choose among settings by."""
        return _judged(self.validation_part.x, self.binarize)

    @cached_property
    def test(self) -> Tensor:
        """Images that figures are from."""
        return _judged(self.test_part.x, self.binarize)

    @cached_property
    def test_labels(self) -> Tensor:
        """Labels of ``test``."""
        return _labels(self.test_part)


def load(recipe: Recipe, root: Path, progress: Progress = silent) -> Data:
    """The data of a recipe; downloads below ``root`` are kept.

    Args:
        recipe: ``train_size`` cuts the training part only, to images that ``subset`` draws: validation and test stay whole. A class that is
            left out stays in the test part.
        root: the data root.
        progress: told plain words such as "Downloading MNIST, 34 %"; what it raises ends the loading.

    Raises:
        NoData: if the set must be fetched and cannot be, or was removed, if nothing else than the class that is left
            out is in it, or less of that class than is to stay.
    """
    images = read(recipe.data, root, progress)
    validation = _without(images.validation, recipe.without)
    train = _with_strays(_shuffled(images.train, recipe.subset), recipe.without, recipe.strays, recipe.train_size)
    train = train.first(recipe.train_size or len(train.x))
    probed = _judged(images.test.x[:PROBE_IMAGES], recipe.binarize)
    return Data(
        train_part=train,
        validation_part=validation,
        test_part=images.test,
        binarize=recipe.binarize,
        probed=probed,
        probe=_probe(images, entry(recipe.data), probed, recipe.binarize),
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
        own_data.use(name, root)  # also what is in memory: on disk it would be thought unused
        return _in_memory[key]


def _probe(images: Images, source: DataSet, probed: Tensor, binarize: str) -> Probe:
    test = images.test
    shown = (probed * 255).round().to(torch.uint8).numpy() if test.x.dtype == np.uint8 and binarize != "none" else test.x
    whole = Probe(shown, test.labels, images.shape, images.classes, min(SHOWN, len(test.x)), source.span, test.names)
    return whole.first(PROBE_IMAGES, SHOWN)


def _trained(x: np.ndarray, binarize: str) -> Tensor:
    """Images to train on; those that are drawn anew at each use stay grey until then."""
    return _unit(x) if binarize == "dynamic" else _judged(x, binarize)


def _judged(x: np.ndarray, binarize: str) -> Tensor:
    """Images to look at again and again: drawn as black or white once, for all runs alike, and the first as they are in a longer row."""
    return BINARIZE[binarize](_unit(x), torch.Generator().manual_seed(0))


def _unit(x: np.ndarray) -> Tensor:
    """Pixels from bytes to [0, 1]; points as they are."""
    return torch.from_numpy(x).float().div_(255) if x.dtype == np.uint8 else torch.from_numpy(x)


def _shuffled(part: Part, subset: int) -> Part:
    """A part in an order of its own for each ``subset``, so that its first images are others; 0: as it is."""
    return part.take(np.random.default_rng(subset).permutation(len(part.x))) if subset else part


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


def _with_strays(part: Part, label: int, share: float, size: int) -> Part:
    """A part but for one class, of which images stay all the same: a share of the first ``size`` (0: of all), which make way for them.

    Raises:
        NoData: if nothing is left, or there are too few strays.
    """
    rest, outside = _without(part, label), np.flatnonzero(part.labels == label)
    if not share or not len(outside):
        return rest
    inside = np.flatnonzero(part.labels != label)[: size or None]
    count = round(share * len(inside))
    if count > len(outside):
        most = math.floor(1000 * len(outside) / len(inside)) / 1000
        raise NoData(f"Only {len(outside):,} images are of the class that is left out: strays can be at most {most:g} of all.")
    return part.take(np.sort(np.concatenate([inside[count:], outside[:count]])))


def _labels(part: Part) -> Tensor:
    return torch.from_numpy(part.labels).long()
