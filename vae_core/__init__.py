"""Autoencoders and variational autoencoders from few parts: posterior × likelihood × prior, and an objective of named terms.

Use it without the app::

    from vae_core import Recipe, train
    for frame in train(Recipe(epochs=20)):
        print(frame.step, frame.test)

A module is imported when a name of it is first used: the app's process reads recipes and recordings without torch, and starts without
numpy.
"""

import importlib
from typing import Any

_MODULES = {
    "frame": ("Frame", "Probe"),
    "recipes": ("RECIPES", "Recipe", "RecipeError", "pair"),
    "recording": ("Recording", "RecordingError", "Status"),
    "training": ("train", "steps"),
    "data": ("load",),
    "metrics": ("measure",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [*_MODULE_OF]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"vae_core.{_MODULE_OF[name]}"), name)
