"""A network as data: the form in which the browser runs it, and from which a fork starts."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vae_core import wire
from vae_core.distributions import LearnedGaussianHead
from vae_core.frame import half
from vae_core.model import Conditional, Model
from vae_core.recipes import Recipe

Op = dict[str, str]


def export(model: Model, recipe: Recipe, shape: tuple[int, int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Describe encoder and decoder as lists of operations on named arrays; weights float16 (out, in), biases float32 (out,)."""
    arrays: dict[str, np.ndarray] = {}
    meta = {
        "encoder": _operations(model.posterior, "encoder", arrays),
        "decoder": _operations(model.likelihood, "decoder", arrays),
        "posterior": recipe.posterior,
        "likelihood": recipe.likelihood,
        "latent_dim": recipe.latent_dim,
        "shape": list(shape),
        "sigma": _sigma(model, recipe),
    }
    return meta, arrays


def _operations(part: Conditional, prefix: str, arrays: dict[str, np.ndarray]) -> list[Op]:
    operations: list[Op] = []
    for layer in part.net:
        if isinstance(layer, nn.ReLU):
            operations[-1]["act"] = "relu"
            continue
        assert isinstance(layer, nn.Linear)
        name = f"{prefix}.{len(operations)}"
        arrays[f"{name}.weight"] = half(layer.weight.detach().numpy())
        arrays[f"{name}.bias"] = layer.bias.detach().numpy().astype(np.float32, copy=True)
        operations.append({"op": "linear", "weight": f"{name}.weight", "bias": f"{name}.bias", "act": "none"})
    return operations


def _sigma(model: Model, recipe: Recipe) -> float | None:
    if isinstance(model.likelihood.head, LearnedGaussianHead):
        return float(model.likelihood.head.log_sigma.detach().exp())
    return recipe.sigma if recipe.likelihood == "gaussian" else None


def restore(model: Model, blob: bytes) -> None:
    """Load weights written by ``export`` into a model; where a shape differs from the model's, the overlapping part is loaded.

    A fork may change the posterior from point to cloud: the rows for μ carry over, those for log σ² keep their initial values.

    Raises:
        WireError: if the blob is malformed.
        ValueError: if a layer is missing or has another input width.
    """
    meta, arrays = wire.unpack(blob)
    for prefix, part in (("encoder", model.posterior), ("decoder", model.likelihood)):
        layers = [layer for layer in part.net if isinstance(layer, nn.Linear)]
        if len(meta[prefix]) != len(layers):
            raise ValueError("A fork keeps the network of the run it starts from; hidden widths cannot change.")
        for layer, operation in zip(layers, meta[prefix], strict=True):
            _fill(layer.weight, arrays[operation["weight"]])
            _fill(layer.bias, arrays[operation["bias"]])
    if meta["sigma"] and isinstance(model.likelihood.head, LearnedGaussianHead):
        with torch.no_grad():
            model.likelihood.head.log_sigma.fill_(float(np.log(meta["sigma"])))


def _fill(parameter: Tensor, array: np.ndarray) -> None:
    if parameter.shape[1:] != array.shape[1:]:
        raise ValueError("A fork keeps the network of the run it starts from; hidden widths and latent dimensions cannot change.")
    rows = min(len(parameter), len(array))
    with torch.no_grad():
        parameter[:rows] = torch.from_numpy(array[:rows].astype(np.float32))
