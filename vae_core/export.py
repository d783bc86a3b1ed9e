"""A network as data: the form in which the browser runs it, and from which a fork starts."""

import itertools
from collections.abc import Iterator
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
FLOW: Op = {"op": "flow"}
STATE = "state."
PRIOR_SAMPLES = 1000
_OPS = {nn.Linear: "linear", nn.Conv2d: "conv", nn.ConvTranspose2d: "conv_transpose"}


def export(model: Model, recipe: Recipe, shape: tuple[int, int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Describe encoder and decoder as lists of operations on named arrays; weights float16 as in PyTorch, biases float32.

    What else the model has learned (a prior, the flow of a posterior, a pixel's σ) goes along under ``state.`` and its own name, for
    forks. A prior other than N(0, I) is given to the browser as ``prior.samples``, (1000, d). With a flow as posterior the encoder's
    operations give the (μ, log σ²) before the flow, and the operation ``flow`` after them, which only this package can run.
    """
    arrays: dict[str, np.ndarray] = {}
    meta = {
        "encoder": [*_operations(model.posterior, "encoder", arrays), *([FLOW] if recipe.posterior == "flow" else [])],
        "decoder": _operations(model.likelihood, "decoder", arrays),
        "posterior": recipe.posterior,
        "likelihood": recipe.likelihood,
        "latent_dim": recipe.latent_dim,
        "shape": list(shape),
        "sigma": _sigma(model, recipe),
    }
    arrays |= {f"{STATE}{name}": _compact(tensor) for name, tensor in _beyond_networks(model)}
    if recipe.prior != "normal":
        meta["prior"] = recipe.prior
        noise = torch.randn(PRIOR_SAMPLES, model.prior.noise_dim, generator=torch.Generator().manual_seed(0))
        arrays["prior.samples"] = half(model.prior.transport(noise).detach().numpy())
    return meta, arrays


def _beyond_networks(model: Model) -> Iterator[tuple[str, Tensor]]:
    """What the model has learned outside the encoder's and the decoder's layers; masks and orders are made anew with the model."""
    for name, tensor in model.state_dict().items():
        if not name.startswith(("posterior.net.", "likelihood.net.")) and tensor.is_floating_point():
            yield name, tensor


def _compact(tensor: Tensor) -> np.ndarray:
    array = tensor.detach().numpy()
    return half(array) if array.ndim > 1 else array.astype(np.float32, copy=True)


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
        operations = [operation for operation in meta[prefix] if "weight" in operation]
        if len(operations) != len(layers):
            raise ValueError("A fork keeps the network of the run it starts from; hidden widths cannot change.")
        for layer, operation in zip(layers, operations, strict=True):
            _fill(layer.weight, arrays[operation["weight"]])
            assert layer.bias is not None
            _fill(layer.bias, arrays[operation["bias"]])
    if meta["sigma"] and isinstance(model.likelihood.head, LearnedGaussianHead):
        with torch.no_grad():
            model.likelihood.head.log_sigma.fill_(float(np.log(meta["sigma"])))
    _restore_rest(model, arrays)


@torch.no_grad()
def _restore_rest(model: Model, arrays: dict[str, np.ndarray]) -> None:
    """Where the fork has the same part in the same shape, it goes on; a prior of another kind begins anew."""
    for name, tensor in _beyond_networks(model):
        array = arrays.get(f"{STATE}{name}")
        if array is not None and array.shape == tensor.shape:
            tensor.copy_(torch.from_numpy(array.astype(np.float32)))


def _fill(parameter: Tensor, array: np.ndarray) -> None:
    if parameter.shape[1:] != array.shape[1:]:
        raise ValueError("A fork keeps the network of the run it starts from; hidden widths and latent dimensions cannot change.")
    rows = min(len(parameter), len(array))
    with torch.no_grad():
        parameter[:rows] = torch.from_numpy(array[:rows].astype(np.float32))
