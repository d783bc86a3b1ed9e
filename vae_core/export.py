"""A network as data: the form in which the browser runs it, and from which a fork starts."""

import itertools
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vae_core import wire
from vae_core.distributions import LearnedGaussianHead
from vae_core.frame import half
from vae_core.model import Conditional, Model
from vae_core.nets import weighted
from vae_core.recipes import Recipe

Op = dict[str, Any]
_OPS = {nn.Linear: "linear", nn.Conv2d: "conv", nn.ConvTranspose2d: "conv_transpose"}


def export(model: Model, recipe: Recipe, shape: tuple[int, int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Describe encoder and decoder as lists of operations on named arrays; weights float16 as in PyTorch, biases float32.

    Beside these arrays a blob may carry others, which the latent map draws where they are (``ui/components/latent_map/extras.js``):

    - ``prior.samples`` float16 (n, d): draws from the model's own prior, if that is not N(0, I). Some 1,000 make a smooth picture.
    - ``codebook`` float16 (K, d): the codes that the model chooses from; ``codebook.usage`` (K,), any dtype: how often it uses each.
    - ``spread`` float16 (g, g): how unsure the decoder is at the cells of a square grid, only for d = 2, with ``spread.box``
      float32 (4,) = x0, x1, y0, y1. The first row lies at y0, the first column at x0.
    """
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
    for layer, before, after in weighted(part.net):
        name = f"{prefix}.{len(operations)}"
        arrays[f"{name}.weight"] = half(layer.weight.detach().numpy())
        assert layer.bias is not None
        arrays[f"{name}.bias"] = layer.bias.detach().numpy().astype(np.float32, copy=True)
        operation: Op = {"op": _OPS[type(layer)], "weight": f"{name}.weight", "bias": f"{name}.bias", "act": _activation(part.net, layer)}
        if not isinstance(layer, nn.Linear):
            operation |= {"stride": layer.stride[0], "padding": int(layer.padding[0]), "in": list(before), "out": list(after)}
        operations.append(operation)
    return operations


def _activation(net: nn.Sequential, layer: nn.Module) -> str:
    after = next((other for one, other in itertools.pairwise(net) if one is layer), None)
    return "relu" if isinstance(after, nn.ReLU) else "none"


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
        layers = [layer for layer, _, _ in weighted(part.net)]
        if len(meta[prefix]) != len(layers):
            raise ValueError("A fork keeps the network of the run it starts from; hidden widths cannot change.")
        for layer, operation in zip(layers, meta[prefix], strict=True):
            _fill(layer.weight, arrays[operation["weight"]])
            assert layer.bias is not None
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
