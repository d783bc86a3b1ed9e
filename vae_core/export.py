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
from vae_core.labels import LabelShift
from vae_core.model import Model
from vae_core.nets import Size, Transpose, Weighted, weighted
from vae_core.priors import StandardNormal
from vae_core.quantize import QuantizedHead
from vae_core.recipes import Recipe

Op = dict[str, Any]
QUANTIZE: Op = {"op": "quantize", "codebook": "codebook"}
STATE = "state."
PRIOR_SAMPLES = 1000
_OPS = {nn.Linear: "linear", nn.Conv2d: "conv", nn.ConvTranspose2d: "conv_transpose"}


def export(model: Model, recipe: Recipe, shape: tuple[int, int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Describe encoder and decoder as lists of operations on named arrays; weights float16 as in PyTorch, biases float32.

    What else the model has learned (a prior, the flow of a posterior, a pixel's σ) goes along under ``state.`` and its own name, for
    forks. With a flow as posterior the encoder's operations end before the flow: they give the cloud's (μ, log σ²) before it bends,
    whereas a frame's ``mu`` and ``sigma`` are the bent cloud's own; ``posterior`` is then ``flow``. The operation ``quantize`` rounds
    each run of numbers to its nearest row of ``codebook``. A Bayesian decoder's weights are the means. A layer with a ``label`` adds that
    array's row for the image's label, one of ``classes``, to its bias.

    Beside these arrays a blob may carry others, which the latent map draws where they are (``ui/components/latent_map/extras.js``):

    - ``prior.samples`` float16 (n, d): draws from the model's own prior, if that is not N(0, I). Some 1,000 make a smooth picture.
    - ``codebook`` float16 (K, d): the codes that the model chooses from, ``slots`` of them an image; ``codebook.usage`` (K,), any dtype:
      how often it uses each.
    - ``spread`` float16 (g, g): how unsure the decoder is at the cells of a square grid, only for d = 2, with ``spread.box``
      float32 (4,) = x0, x1, y0, y1. The first row lies at y0, the first column at x0.
    """
    arrays: dict[str, np.ndarray] = {}
    meta: dict[str, Any] = {
        **{name: _operations(net, name, arrays) for name, net in _networks(model).items()},
        "posterior": recipe.posterior,
        "likelihood": recipe.likelihood,
        "latent_dim": recipe.numbers,
        "shape": list(shape),
        "sigma": _sigma(model, recipe),
    }
    arrays |= {f"{STATE}{name}": _compact(tensor) for name, tensor in _beyond_networks(model)}
    for name, half_name, part in (("encoder", "posterior", model.posterior), ("decoder", "likelihood", model.likelihood)):
        if part.shift is not None:
            meta["classes"] = part.shift.classes
            _tell(meta[name], part.net, part.shift, f"{STATE}{half_name}.shift.columns.weight")
    if isinstance(model.posterior.head, QuantizedHead):
        arrays[QUANTIZE["codebook"]] = half(model.posterior.head.words.numpy())
        meta["encoder"].append(QUANTIZE)
        meta["slots"] = recipe.slots
        arrays["codebook.usage"] = model.posterior.head.usage.numpy()
    if not isinstance(model.prior, StandardNormal):
        meta["prior"] = "codes" if recipe.posterior == "codes" else recipe.prior
        noise = torch.randn(PRIOR_SAMPLES, model.prior.noise_dim, generator=torch.Generator().manual_seed(0))
        arrays["prior.samples"] = half(model.prior.transport(noise).detach().numpy())
    return meta, arrays


def _networks(model: Model) -> dict[str, nn.Sequential]:
    """The networks that are described layer by layer."""
    networks = {"encoder": model.posterior.net, "decoder": model.likelihood.net}
    return networks if model.classifier is None else networks | {"classifier": model.classifier}


def _tell(operations: list[Op], net: nn.Sequential, shift: LabelShift, name: str) -> None:
    """Names the array, (classes, width), whose row for an image's label is to be added to the bias of the layer that is told it."""
    before = sum(isinstance(layer, Weighted) for layer in net[: shift.place])
    [operation for operation in operations if "weight" in operation][before]["label"] = name


def _beyond_networks(model: Model) -> Iterator[tuple[str, Tensor]]:
    """What the model has learned outside these layers; masks and orders are made anew with the model."""
    for name, tensor in model.state_dict().items():
        if not name.startswith(("posterior.net.", "likelihood.net.", "classifier.")) and tensor.is_floating_point():
            yield name, tensor


def _compact(tensor: Tensor) -> np.ndarray:
    array = tensor.detach().numpy()
    return half(array) if array.ndim > 1 else array.astype(np.float32, copy=True)


def _operations(net: nn.Sequential, prefix: str, arrays: dict[str, np.ndarray]) -> list[Op]:
    operations: list[Op] = []
    sizes = {layer: size for layer, *size in weighted(net)}
    for layer in net:
        if isinstance(layer, Transpose):
            operations.append({"op": "transpose", "rows": layer.rows, "columns": layer.columns})
        elif isinstance(layer, Weighted):
            name = f"{prefix}.{len(operations)}"
            arrays[f"{name}.weight"] = half(layer.weight.detach().numpy())
            assert layer.bias is not None
            arrays[f"{name}.bias"] = layer.bias.detach().numpy().astype(np.float32, copy=True)
            operations.append(_operation(net, layer, name, *sizes[layer]))
    return operations


def _operation(net: nn.Sequential, layer: Weighted, name: str, before: Size, after: Size) -> Op:
    operation: Op = {"op": _OPS[type(layer)], "weight": f"{name}.weight", "bias": f"{name}.bias", "act": _activation(net, layer)}
    if not isinstance(layer, nn.Linear):
        operation |= {"stride": layer.stride[0], "padding": int(layer.padding[0]), "in": list(before), "out": list(after)}
    return operation


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
    for prefix, net in _networks(model).items():
        if prefix not in meta:  # the run that it starts from has no classifier
            continue
        layers = [layer for layer, _, _ in weighted(net)]
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
