"""Models on disk: safetensors and a recipe. Nothing is ever unpickled."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from vae_core.build import build
from vae_core.model import Model
from vae_core.recipes import Recipe, RecipeError


class CheckpointError(ValueError):
    """The files are not a model of this lab; the message says why."""


def dump(model: Model) -> bytes:
    """The weights of a model in safetensors format."""
    return save_tensors({name: tensor.contiguous() for name, tensor in model.state_dict().items()})


def save(model: Model, recipe: Recipe, folder: Path) -> None:
    """Write ``model.safetensors`` and ``recipe.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(dump(model))
    (folder / "recipe.json").write_text(json.dumps(recipe.to_dict(), indent=1, sort_keys=True))


def load(folder: Path, shape: tuple[int, int]) -> tuple[Model, Recipe]:
    """Read what ``save`` wrote, for images of height and width ``shape``.

    Raises:
        CheckpointError: if a file is missing or malformed, a tensor is missing, superfluous or of the wrong shape, or holds a NaN.
    """
    try:
        recipe = Recipe.from_dict(json.loads((folder / "recipe.json").read_text()))
        return restore((folder / "model.safetensors").read_bytes(), recipe, shape), recipe
    except (OSError, ValueError, RecipeError) as error:
        raise CheckpointError(f"{folder.name} is not a saved model: {error}") from error


def restore(body: bytes, recipe: Recipe, shape: tuple[int, int]) -> Model:
    """The model of a recipe, for images of height and width ``shape``, with the weights that ``dump`` wrote.

    Raises:
        CheckpointError: if a tensor is missing, superfluous or of the wrong shape, or holds a NaN.
    """
    try:
        tensors = load_tensors(body)
        model = build(recipe, shape, _classes(tensors))
    except (RecipeError, SafetensorError) as error:
        raise CheckpointError(f"not a saved model: {error}") from error
    expected = model.state_dict()
    if expected.keys() != tensors.keys():
        raise CheckpointError(f"the model does not fit its recipe: {', '.join(sorted(expected.keys() ^ tensors.keys())[:4])}")
    for name, tensor in tensors.items():
        if tensor.shape != expected[name].shape or not torch.isfinite(tensor).all():
            raise CheckpointError(f"the model does not fit its recipe: {name} has a wrong shape or a value that is not a number")
    model.load_state_dict(tensors)
    return model


def _classes(tensors: Mapping[str, Tensor]) -> int:
    """How many labels a model is told apart by, as its own weights say; those of a model that is told none do not depend on it."""
    columns = tensors.get("posterior.shift.columns.weight")
    return 1 if columns is None or columns.ndim == 0 else len(columns)
