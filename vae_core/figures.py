"""What an experiment found: numbers and small arrays of one seed, and the same over several seeds. Numpy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from vae_core import wire

Outcome = Literal["more", "less", "open"]

# Two-sided 95 % quantiles of Student's t, by degrees of freedom; beyond the table the normal law is close enough.
STUDENT = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
NORMAL = 1.96
ENOUGH = 3  # seeds; fewer say nothing of their own spread
ROUNDING = 1e-9  # of what is compared; a spread below is that of the arithmetic, not of the seeds
LEAST = 0.02  # of what is compared; a difference that no seed moves must exceed it


@dataclass(frozen=True, eq=False)
class Figures:
    """What one experiment found with one seed, on test data.

    Attributes:
        numbers: by name.
        arrays: by name, float32 unless they are of a type that ``wire`` carries.
    """

    numbers: dict[str, float]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def pack(self) -> bytes:
        """As one envelope.

        Raises:
            ValueError: if a number is not finite: an experiment that has no figure must not make one up.
        """
        for name, value in self.numbers.items():
            if not math.isfinite(value):
                raise ValueError(f"The figure {name!r} came out as {value}, which is not a number.")
        arrays = {name: _carried(array) for name, array in self.arrays.items()}
        return wire.pack({"numbers": {name: float(value) for name, value in self.numbers.items()}}, arrays)

    @classmethod
    def unpack(cls, blob: bytes) -> "Figures":
        """Read what ``pack`` wrote.

        Raises:
            ValueError: if the bytes are malformed.
        """
        meta, arrays = wire.unpack(blob)
        try:
            return cls({str(name): float(value) for name, value in meta["numbers"].items()}, arrays)
        except (KeyError, TypeError, AttributeError) as error:
            raise wire.WireError(f"these are not figures: {error}") from error


def _carried(array: np.ndarray) -> np.ndarray:
    return array if array.dtype.str[1:] in wire.DTYPES else array.astype(np.float32)


@dataclass(frozen=True)
class Spread:
    """One figure over seeds: its values, their mean and their standard deviation.

    Attributes:
        values: one a seed.
    """

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return float(np.mean(self.values))

    @property
    def std(self) -> float:
        """The standard deviation over seeds (n - 1); NaN for one seed."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else math.nan

    @property
    def margin(self) -> float:
        """Half the width of the 95 % confidence interval of the mean; infinite for fewer than ``ENOUGH`` seeds."""
        n = len(self.values)
        return STUDENT.get(n - 1, NORMAL) * self.std / math.sqrt(n) if n >= ENOUGH else math.inf


class Replicates:
    """The figures of one experiment over seeds; ``found["name"]`` is a ``Spread``."""

    def __init__(self, figures: Sequence[Figures]) -> None:
        if not figures:
            raise ValueError("There are no figures yet.")
        self.figures = tuple(figures)

    def __len__(self) -> int:
        return len(self.figures)

    @property
    def enough(self) -> bool:
        """Whether there are seeds enough to decide anything."""
        return len(self) >= ENOUGH

    def __getitem__(self, name: str) -> Spread:
        return Spread(tuple(one.numbers[name] for one in self.figures))

    def arrays(self, name: str) -> list[np.ndarray]:
        """One array of each seed."""
        return [one.arrays[name] for one in self.figures]

    def sum(self, weights: Mapping[str, float]) -> Spread:
        """A weighted sum of figures of the same seed, such as a difference of differences."""
        return Spread(tuple(sum(weight * one.numbers[name] for name, weight in weights.items()) for one in self.figures))

    def scaled(self, than: str | float, times: float = 1.0) -> Spread:
        """``times`` a figure, or ``times`` a constant for each seed."""
        values = self[than].values if isinstance(than, str) else (float(than),) * len(self)
        return Spread(tuple(times * value for value in values))

    def compare(self, figure: str, than: str | float, times: float = 1.0) -> Outcome:
        """Whether a figure is more or less than ``times`` another one of the same seed, or than ``times`` a constant.

        See ``outcome`` for the rule.
        """
        return outcome(self[figure].values, self.scaled(than, times).values)


def outcome(values: Sequence[float], than: Sequence[float] | float = 0.0) -> Outcome:
    """The rule by which everything here is decided: are ``values`` more or less than others of the same seeds, or than a constant?

    ``more`` if the 95 % confidence interval of the mean difference lies above zero, ``less`` if below; else, and with fewer than ``ENOUGH``
    seeds, ``open``. Student's t, over seeds. The difference varies as soon as one side does: that is what its interval then covers.

    Where neither side varies, as with PCA, counts and formulas, no seed plays a part and there is no interval. A small difference may still
    be due to which images were kept for testing, so it must exceed ``LEAST`` of the larger side.
    """
    sides = np.array([values, np.broadcast_to(than, len(values))], dtype=float)
    spread = Spread(tuple(sides[0] - sides[1]))
    size = np.abs(sides).max()
    same_for_all = np.ptp(sides, axis=1).max() <= ROUNDING * size
    if len(values) < ENOUGH or abs(spread.mean) <= (LEAST * size if same_for_all else spread.margin):
        return "open"
    return "more" if spread.mean > 0 else "less"
