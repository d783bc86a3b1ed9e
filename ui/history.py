"""The curves of a run: what its frames say in numbers, without their codes and pictures. Numpy only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.composition import PENALTIES
from vae_core.frame import Frame

TERMS = ("distortion", "rate", "loss")
FURTHER = (*PENALTIES, "capacity", "free_bits", "commitment", "second_stage", "weights", "labels", "classification")
UNITLESS = ("mmd", "contractive", "commitment")


@dataclass(frozen=True, eq=False)
class History:
    """Numbers over training, one row a frame; what was not measured is NaN.

    Attributes:
        step: updates so far, shape (frames,); ``epoch``: passes over the training set.
        train, test: by term, each of shape (frames,): nats per image of distortion, rate and loss, and the penalties, unweighted.
        kl: rate per latent dimension, nats, shape (frames, d).
        variance: variance of the codes over the probe, per dimension, shape (frames, d).
    """

    step: np.ndarray
    epoch: np.ndarray
    train: dict[str, np.ndarray]
    test: dict[str, np.ndarray]
    kl: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> "History":
        """Take the numbers out of frames."""
        terms = [*TERMS, *(term for term in FURTHER if any(term in frame.test for frame in frames))]
        return cls(
            step=np.array([frame.step for frame in frames], float),
            epoch=np.array([frame.epoch for frame in frames], float),
            train={term: _column([frame.train for frame in frames], term) for term in terms},
            test={term: _column([frame.test for frame in frames], term) for term in terms},
            kl=np.array([frame.kl for frame in frames], float),
            variance=np.array([np.var(frame.mu.astype(float), axis=0) for frame in frames]),
        )

    def latest(self, term: str) -> float | None:
        """The newest value on test images; None if none was measured."""
        measured = self.test[term][np.isfinite(self.test[term])]
        return float(measured[-1]) if len(measured) else None

    def __len__(self) -> int:
        return len(self.step)


def _column(rows: Sequence[dict[str, float]], term: str) -> np.ndarray:
    return np.array([np.nan if row.get(term) is None else row[term] for row in rows], float)
