"""Data sets, as whole tensors. Train, validation and test are split once, by a fixed seed, and never mixed."""

import gzip
import importlib.util
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae_core.frame import Probe
from vae_core.recipes import Recipe

PROBE_IMAGES = 2000
SHOWN = 10
SPLIT_SEED = 0


class NoData(RuntimeError):
    """A data set cannot be had; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Images:
    """Raw images of one data set: uint8 (n, pixels) and labels uint8 (n,), for training, validation and test."""

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]
    shape: tuple[int, int]
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Data:
    """What one run trains and is judged on: float32 pixels in [0, 1], shape (n, pixels), and labels, shape (n,)."""

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor
    probe: Probe

    @property
    def pixels(self) -> int:
        """Numbers per image."""
        return self.train.shape[1]


def load(recipe: Recipe, root: Path) -> Data:
    """The data of a recipe; downloads below ``root`` are kept.

    Raises:
        NoData: if the set must be fetched and cannot be.
    """
    images = _images(recipe.data, root)
    x, y = images.train
    size = min(recipe.train_size or len(x), len(x))
    test_x, test_y = images.test
    probe = Probe(test_x[:PROBE_IMAGES], test_y[:PROBE_IMAGES], images.shape, images.classes, SHOWN)
    return Data(_unit(x[:size]), torch.from_numpy(y[:size]).long(), _unit(test_x), torch.from_numpy(test_y).long(), probe)


def _unit(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).float().div_(255)


@lru_cache(maxsize=4)
def _images(name: str, root: Path) -> Images:
    return LOADERS[name](root)


def _digits(root: Path) -> Images:
    """1,797 handwritten digits, 8×8, 17 grey levels (Alpaydin & Kaynak, 1998), from the copy inside scikit-learn."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    with gzip.open(Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",")  # read directly: importing sklearn.datasets takes a second
    images = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8)
    return _split(images, table[:, -1].astype(np.uint8), validation=200, test=400, shape=(8, 8))


def _split(x: np.ndarray, y: np.ndarray, validation: int, test: int, shape: tuple[int, int]) -> Images:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(x))
    held, middle, rest = np.split(order, [test, test + validation])
    names = tuple(str(label) for label in np.unique(y))
    return Images((x[rest], y[rest]), (x[middle], y[middle]), (x[held], y[held]), shape, names)


def _torchvision(name: str) -> Callable[[Path], Images]:
    def load_images(root: Path) -> Images:
        from torchvision import datasets  # takes two seconds, and only these sets need it

        source = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(20)
        try:
            train, test = (source(root, train=part, download=True) for part in (True, False))
        except (OSError, RuntimeError) as error:
            title = source.__name__
            raise NoData(
                f"{title} is not on this machine and could not be downloaded. Connect to the internet and press Train again, "
                f"or choose Digits, which needs no download. ({type(error).__name__})"
            ) from error
        finally:
            socket.setdefaulttimeout(before)
        x, y = train.data.numpy().reshape(len(train), -1), train.targets.numpy().astype(np.uint8)
        test_x, test_y = test.data.numpy().reshape(len(test), -1), test.targets.numpy().astype(np.uint8)
        order = np.random.default_rng(SPLIT_SEED).permutation(len(x))
        rest, middle = order[:55_000], order[55_000:]
        classes = tuple(label.split(" - ")[0] for label in train.classes)
        return Images((x[rest], y[rest]), (x[middle], y[middle]), (test_x, test_y), (28, 28), classes)

    return load_images


LOADERS: dict[str, Callable[[Path], Images]] = {
    "digits": _digits,
    "mnist": _torchvision("mnist"),
    "fashion-mnist": _torchvision("fashion-mnist"),
}
