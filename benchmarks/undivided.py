"""Data as other programs train on them: nothing is chosen by validation images, so none are held back."""

import dataclasses

import numpy as np

from vae_core.data import Data
from vae_core.splits import Part


def undivided(data: Data) -> Data:
    """The same, with its validation images among those to train on."""
    parts = data.train_part, data.validation_part
    joined = Part(*(np.concatenate([getattr(one, name) for one in parts]) for name in ("x", "labels", "factors")))
    return dataclasses.replace(data, train_part=joined)
