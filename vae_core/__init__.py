"""Autoencoders and variational autoencoders from few parts: posterior × likelihood × prior, and an objective of named terms.

Use it without the app::

    from vae_core import Recipe, train
    for frame in train(Recipe(epochs=20)):
        print(frame.step, frame.test)

Torch is imported only when a name that needs it is first used, so the app process can read recipes and recordings without it.
"""

import importlib
from typing import Any

from vae_core.frame import Frame, Probe
from vae_core.recipes import RECIPES, Recipe, RecipeError, pair
from vae_core.recording import Recording, RecordingError, Status

_LAZY = {
    "train": "vae_core.training",
    "steps": "vae_core.training",
    "load": "vae_core.data",
    "measure": "vae_core.metrics",
}

__all__ = ["RECIPES", "Frame", "Probe", "Recipe", "RecipeError", "Recording", "RecordingError", "Status", "pair", *_LAZY]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
