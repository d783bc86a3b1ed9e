"""One moment of a training run, and the fixed images it is looked at with. Numpy only."""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vae_core import wire

_HALF_MAX = float(np.finfo(np.float16).max)


def half(array: np.ndarray) -> np.ndarray:
    """Convert to float16, clipping what would overflow."""
    return np.clip(array, -_HALF_MAX, _HALF_MAX).astype(np.float16)


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True, eq=False)
class Frame:
    """What a run looked like after ``step`` updates.

    The probe images and the noise behind ``samples`` are the same in every frame, so what changes between frames is learning.

    Attributes:
        index: position in the recording, from 0.
        step: number of optimizer updates so far.
        epoch: passes over the training set so far.
        seconds: training time so far; the only field that differs between two runs of one recipe.
        train: terms on a fixed part of the training set, nats per image: ``distortion``, ``rate``, ``loss``, and the objective's other
            penalties by name, unweighted.
        test: the same terms on a fixed part of the test set.
        kl: mean rate per latent dimension on the probe, nats, shape (d,). A learned prior judges all dimensions together, and has no
            such thing: then it is what each says of the image (see ``vae_core.information``), and ``extra["per_dimension"]`` says so.
        mu: posterior means of the probe images, shape (n, d).
        sigma: posterior standard deviations, shape (n, d); shape (0, d) for a model that encodes to a point.
        reconstructions: decoded means of the first k probe images, uint8, shape (k, pixels); float32 where the data are points.
        samples: decoded means of m fixed draws from the prior, of the same kind, shape (m, pixels).
    """

    index: int
    step: int
    epoch: float
    seconds: float
    train: dict[str, float]
    test: dict[str, float]
    kl: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    reconstructions: np.ndarray
    samples: np.ndarray
    extra: dict[str, Any] = field(default_factory=dict)

    def pack(self) -> bytes:
        """Encode as one envelope; codes as float16, images as uint8."""
        meta = {
            "index": self.index,
            "step": self.step,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "train": {name: _number(value) for name, value in self.train.items()},
            "test": {name: _number(value) for name, value in self.test.items()},
            "extra": self.extra,
        }
        arrays = {
            "kl": self.kl.astype(np.float32),
            "mu": half(self.mu),
            "sigma": half(self.sigma),
            "reconstructions": self.reconstructions,
            "samples": self.samples,
        }
        return wire.pack(meta, arrays)

    @classmethod
    def unpack(cls, blob: bytes) -> "Frame":
        """Decode an envelope written by ``pack``.

        Raises:
            WireError: if the bytes are not a frame.
        """
        meta, arrays = wire.unpack(blob)
        try:
            return cls(**{**meta, **arrays})
        except TypeError as error:
            raise wire.WireError(f"not a frame: {error}") from error


@dataclass(frozen=True, eq=False)
class Probe:
    """The fixed test images that every frame of a run encodes.

    Attributes:
        images: uint8, shape (n, pixels), first the ``shown`` images that are reconstructed in each frame; float32 for points, and of
            shape (0, pixels) where a recording must not hold the originals (``labels`` and the frames' codes still have n rows).
        labels: uint8, shape (n,).
        shape: height and width of one image.
        classes: names of the labels.
        shown: how many of the first images the frames reconstruct.
        span: the range of a pixel, (0, 1), or of a coordinate. Any other span means points, which are not drawn as images.
        names: one name for each image, or none at all.
    """

    images: np.ndarray
    labels: np.ndarray
    shape: tuple[int, int]
    classes: tuple[str, ...]
    shown: int
    span: tuple[float, float] = (0.0, 1.0)
    names: tuple[str, ...] = ()

    @property
    def points(self) -> bool:
        """Whether these are points rather than images."""
        return self.images.dtype != np.uint8

    def first(self, count: int, shown: int) -> "Probe":
        """The first ``count`` of these images, of which the first ``shown`` are reconstructed."""
        return dataclasses.replace(
            self, images=self.images[:count], labels=self.labels[:count], names=self.names[:count], shown=min(shown, self.shown)
        )

    def without_images(self) -> "Probe":
        """The same probe for a recording that must not hold the originals."""
        return dataclasses.replace(self, images=self.images[:0])

    def pack(self) -> bytes:
        """Encode as one envelope."""
        meta = {"shape": list(self.shape), "classes": list(self.classes), "shown": self.shown, "span": self.span, "names": self.names}
        return wire.pack(meta, {"images": self.images, "labels": self.labels})

    @classmethod
    def unpack(cls, blob: bytes) -> "Probe":
        """Decode an envelope written by ``pack``.

        Raises:
            WireError: if the bytes are not a probe.
        """
        meta, arrays = wire.unpack(blob)
        try:
            height, width = meta["shape"]
            low, high = meta.get("span", (0.0, 1.0))
            names = tuple(meta.get("names", ()))
            return cls(arrays["images"], arrays["labels"], (height, width), tuple(meta["classes"]), meta["shown"], (low, high), names)
        except (KeyError, TypeError, ValueError) as error:
            raise wire.WireError(f"not a probe: {error}") from error
