"""What a loader gives: numbers and labels in three parts that are fixed by a seed and never mixed. Numpy only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SPLIT_SEED = 0

Progress = Callable[[str], None]


class NoData(RuntimeError):
    """A data set cannot be had; the message says why and what to do."""


class Part(NamedTuple):
    """One part of a data set.

    Attributes:
        x: uint8 images, shape (n, pixels); or float32 points, shape (n, coordinates).
        labels: uint8, shape (n,).
        factors: what each image was drawn from, float32, shape (n, k); k is 0 where nobody knows.
        names: one name for each, or none at all.
    """

    x: np.ndarray
    labels: np.ndarray
    factors: np.ndarray
    names: tuple[str, ...] = ()

    def take(self, index: np.ndarray) -> "Part":
        """Those at the positions ``index``, in that order."""
        names = tuple(self.names[i] for i in index) if self.names else ()
        return Part(self.x[index], self.labels[index], self.factors[index], names)

    def first(self, count: int) -> "Part":
        """The first ``count``, not copied."""
        return Part(self.x[:count], self.labels[:count], self.factors[:count], self.names[:count])


@dataclass(frozen=True, eq=False)
class Images:
    """One data set in its three parts.

    Models learn from ``train``. ``validation`` is for choosing settings. Every figure that is reported is from ``test``.

    Attributes:
        shape: height and width of one image; (1, 3) for points in space.
        classes: names of the labels.
        factors: names of the known factors, with units where they have any.
    """

    train: Part
    validation: Part
    test: Part
    shape: tuple[int, int]
    classes: tuple[str, ...]
    factors: tuple[str, ...] = ()


def part(x: np.ndarray, labels: np.ndarray, factors: np.ndarray | None = None, names: tuple[str, ...] = ()) -> Part:
    """A part, with no factors if none are given."""
    return Part(x, labels.astype(np.uint8), np.zeros((len(x), 0), np.float32) if factors is None else factors.astype(np.float32), names)


def split(whole: Part, validation: int, test: int) -> tuple[Part, Part, Part]:
    """Shuffle by the fixed seed and cut: the rest for training, then ``validation``, then ``test``, which begins with one of each class."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(whole.x))
    held, middle, rest = np.split(order, [test, test + validation])
    return whole.take(rest), whole.take(middle), one_of_each_first(whole.take(held))


def one_of_each_first(part: Part) -> Part:
    """The same, led by the first of each class in the order of their numbers: pages show the first few, and students look for them all."""
    _, first = np.unique(part.labels, return_index=True)
    rest = np.setdiff1d(np.arange(len(part.labels)), first)
    return part.take(np.concatenate([first, rest]))


def silent(text: str) -> None:
    """The progress of somebody who does not listen."""
