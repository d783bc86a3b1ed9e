"""Do weights that somebody brings make the network of their recipe? Followed layer by layer, without building it. Numpy only."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from vae_core import wire
from vae_core.bundle_checks import finite, headed, reading, require
from vae_core.frame import Probe
from vae_core.own_limits import BadUpload, shown
from vae_core.recipes import Recipe

LAYERS = 8
KERNEL = 4  # the largest that the lab makes; a large one would take minutes to run
_META = {"encoder", "decoder", "posterior", "likelihood", "latent_dim", "shape", "sigma", "span", "index", "step"}
_META_BEYOND = {"classifier", "classes", "slots", "prior"}
_ARRAYS = ("weight", "bias", "label")
_LINEAR = {"op", "weight", "bias", "act"}
_CONV = _LINEAR | {"stride", "padding", "in", "out"}
_TENSOR = re.compile(r"(posterior|likelihood)\.net\.([0-9]{1,3})\.(weight|bias)")
_BEYOND = re.compile(r"(posterior|likelihood|prior|classifier)\.[A-Za-z0-9_.]{1,120}")
_QUANTIZE = {"op": "quantize", "codebook": "codebook"}
_PARTS = {"posterior": "encoder", "likelihood": "decoder"}
_NOT_OURS = "does not hold the network of its recipe"

Layer = dict[str, Any]
Size = tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """Weights that were found to be in order.

    Attributes:
        body: as an envelope, written anew.
        shapes: of the weights and biases of ``encoder`` and ``decoder``, layer by layer.
    """

    body: bytes
    shapes: dict[str, list[Size]]


def check_network(body: bytes, name: str, index: int, probe: Probe, recipe: Recipe) -> Network:
    """Follow encoder and decoder from layer to layer.

    Raises:
        BadUpload: if they are not of the recipe, do not fit each other, or hold a value that is not a number.
    """
    with reading(name):
        meta, arrays = wire.unpack(headed(body, "<I", name))
        own = {"posterior": recipe.posterior, "likelihood": recipe.likelihood, "latent_dim": recipe.numbers, "index": index}
        require(
            set(meta) <= (_META if is_plain(recipe) else _META | _META_BEYOND) and all(meta[key] == value for key, value in own.items()),
            f"{name} {_NOT_OURS}.",
        )
        require(tuple(meta["shape"]) == tuple(probe.shape) and tuple(meta.get("span", probe.span)) == probe.span, f"{name} {_NOT_OURS}.")
        require(_sigma_fits(meta["sigma"], recipe) and isinstance(meta.get("step", 0), int), f"{name} {_NOT_OURS}.")
        classes = len(probe.classes) if recipe.told else 0
        require(_says(meta) == _should_say(recipe, classes), f"{name} {_NOT_OURS}.")
        encoder = _follow(meta["encoder"], arrays, math.prod(probe.shape), classes, name)
        decoder = _follow(meta["decoder"], arrays, recipe.numbers, classes, name)
        if recipe.labels:
            reader = _follow(meta["classifier"], arrays, math.prod(probe.shape), 0, name)
            require(reader[-1] == (classes,), f"{name} {_NOT_OURS}.")
        require(_planned(encoder, decoder, recipe, probe.shape), f"{name} {_NOT_OURS}.")
        used = {
            layer[part]
            for side in ("encoder", "decoder", "classifier")
            for layer in meta.get(side, [])
            for part in _ARRAYS
            if part in layer
        }
        rest = {key: array for key, array in arrays.items() if key not in used}
        require(all(_drawn(key, array, recipe) for key, array in rest.items()), f"{name} holds weights that no layer uses.")
        for array in arrays.values():
            finite(array, name)
        shapes = {
            side: [arrays[layer[part]].shape for layer in meta[side] if "weight" in layer for part in ("weight", "bias")]
            for side in _PARTS.values()
        }
        return Network(wire.pack(meta, arrays), shapes)


def check_model(body: bytes, network: Network, recipe: Recipe) -> bytes:
    """The finished model: the same layers as the network, and what else the recipe learns; returned as safetensors, written anew.

    Raises:
        BadUpload: if it is not safetensors, a tensor is missing, superfluous or of a wrong shape, or holds a value that is not a number.
    """
    name = "model.safetensors"
    with reading(name):
        try:
            tensors = safetensors.numpy.load(headed(body, "<Q", name))
        except SafetensorError as error:
            raise BadUpload(f"{name} is not in the safetensors format, the only one that the lab reads.") from error
        extra = {"likelihood.head.log_sigma": ()} if recipe.likelihood == "gaussian-learned" else {}
        require({key: tensors[key].shape for key in extra if key in tensors} == extra, f"{name} {_NOT_OURS}.")
        for key, array in tensors.items():
            require(array.dtype in (np.float32, np.float16), f"{name} holds numbers of a kind that the lab does not use.")
            known = key in extra or _TENSOR.fullmatch(key) or (not is_plain(recipe) and _BEYOND.fullmatch(key))
            require(bool(known), f"{name} holds a tensor that is none of its recipe: {shown(key)}.")
            finite(array, name)
        for part, side in _PARTS.items():
            require(_ordered(tensors, part) == network.shapes[side], f"{name} {_NOT_OURS}: a tensor is missing, or has a wrong shape.")
        return safetensors.numpy.save(tensors)


def is_plain(recipe: Recipe) -> bool:
    """Whether all that the model learns is in its two networks. What others learn beside them is followed when PyTorch loads it."""
    return (recipe.posterior, recipe.prior, recipe.weights) in {
        ("dirac", "normal", "point"),
        ("gaussian", "normal", "point"),
    } and not recipe.told


def _says(meta: dict[str, Any]) -> dict[str, Any]:
    """What the head tells of a model that is more than two networks."""
    return {key: key == "classifier" or meta[key] for key in _META_BEYOND if key in meta}


def _should_say(recipe: Recipe, classes: int) -> dict[str, Any]:
    """The same, as the lab writes it for this recipe."""
    coded = recipe.posterior == "codes"
    said = {
        "classes": classes or None,
        "slots": recipe.slots if coded else None,
        "prior": "codes" if coded else recipe.prior if recipe.prior != "normal" else None,
        "classifier": recipe.labels > 0 or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _drawn(key: str, array: np.ndarray, recipe: Recipe) -> bool:
    """Whether this array is one that the latent map draws, or what the model learns outside its networks."""
    if array.dtype.kind != "f" or array.size == 0:
        return False
    if is_plain(recipe):
        return recipe.likelihood == "gaussian-learned" and key == "state.likelihood.head.log_sigma" and array.shape == ()
    fitting = {
        "prior.samples": array.shape[1:] == (recipe.numbers,),
        "codebook": array.shape == (recipe.codebook, recipe.latent_dim),
        "codebook.usage": array.shape == (recipe.codebook,),
        "spread": array.ndim == 2 and len(array) == array.shape[-1],
        "spread.box": array.shape == (4,),
    }
    return fitting.get(key, key.startswith("state.") and _BEYOND.fullmatch(key.removeprefix("state.")) is not None)


def _ordered(tensors: dict[str, np.ndarray], part: str) -> list[tuple[int, ...]]:
    """The shapes of a part's tensors, layer by layer, weight before bias."""
    names = ((_TENSOR.fullmatch(key), array.shape) for key, array in tensors.items())
    found = [(int(match[2]), match[3] == "bias", shape) for match, shape in names if match and match[1] == part]
    return [shape for _, _, shape in sorted(found)]


def _sigma_fits(sigma: Any, recipe: Recipe) -> bool:
    if recipe.likelihood not in ("gaussian", "gaussian-learned"):
        return sigma is None
    return isinstance(sigma, int | float) and math.isfinite(sigma) and sigma > 0


def _follow(layers: list[Layer], arrays: dict[str, np.ndarray], width: int, classes: int, name: str) -> list[Size]:
    """What comes out of each layer, if ``width`` numbers go in; a layer may be told a label, one of ``classes``."""
    require(isinstance(layers, list) and 1 <= len(layers) <= LAYERS, f"{name} {_NOT_OURS}.")
    out = []
    for layer in layers:
        if layer["op"] in ("quantize", "transpose"):  # neither changes how many numbers there are
            require((layer == _QUANTIZE and "codebook" in arrays) or _turns(layer, width), f"{name} {_NOT_OURS}.")
            continue
        weight, bias = arrays[layer["weight"]], arrays[layer["bias"]]
        require(weight.dtype.kind == bias.dtype.kind == "f" and layer["act"] in ("relu", "none"), f"{name} {_NOT_OURS}.")
        require("label" not in layer or _tells(arrays[layer["label"]], classes, bias), f"{name} {_NOT_OURS}.")
        size = _linear(layer, weight) if layer["op"] == "linear" else _convolution(layer, weight)
        require(size is not None and math.prod(size[0]) == width and bias.shape == (size[1][0],), f"{name}: a layer does not fit the next.")
        assert size is not None
        out.append(size[1])
        width = math.prod(size[1])
    return out


def _turns(layer: Layer, width: int) -> bool:
    """Whether it turns a matrix of ``width`` numbers over."""
    sides = [layer.get("rows"), layer.get("columns")]
    whole = [side for side in sides if type(side) is int and side >= 1]
    return set(layer) == {"op", "rows", "columns"} and whole == sides and math.prod(whole) == width


def _tells(shift: np.ndarray, classes: int, bias: np.ndarray) -> bool:
    """Whether this adds a number to each of a layer's biases, for each of the classes."""
    return classes > 0 and shift.dtype.kind == "f" and shift.shape == (classes, *bias.shape)


def _linear(layer: Layer, weight: np.ndarray) -> tuple[Size, Size] | None:
    """The sizes before and after, or None if it is no such layer."""
    return (weight.shape[1:], weight.shape[:1]) if set(layer) - {"label"} == _LINEAR and weight.ndim == 2 else None


def _convolution(layer: Layer, weight: np.ndarray) -> tuple[Size, Size] | None:
    if set(layer) - {"label"} != _CONV or weight.ndim != 4 or layer["op"] not in ("conv", "conv_transpose"):
        return None
    before, after = tuple(layer["in"]), tuple(layer["out"])
    stride, padding, kernel = layer["stride"], layer["padding"], weight.shape[2:]
    if len(set(kernel)) != 1 or kernel[0] > KERNEL:
        return None
    whole = all(type(number) is int and number >= 1 for number in (*before, *after, stride)) and type(padding) is int
    if not whole or len(before) != 3 or len(after) != 3 or not 0 <= padding <= 4 or stride > 4:
        return None
    if layer["op"] == "conv":
        channels = (weight.shape[1], weight.shape[0])
        sides = tuple((side + 2 * padding - size) // stride + 1 for side, size in zip(before[1:], kernel, strict=True))
    else:
        channels = (weight.shape[0], weight.shape[1])
        sides = tuple((side - 1) * stride - 2 * padding + size for side, size in zip(before[1:], kernel, strict=True))
    return (before, after) if channels == (before[0], after[0]) and sides == after[1:] else None


def _planned(encoder: list[Size], decoder: list[Size], recipe: Recipe, shape: Size) -> bool:
    """Whether these sizes, after each layer, are those that the recipe asks for."""
    codes, hidden = recipe.numbers * (2 if recipe.posterior in ("gaussian", "flow") else 1), recipe.hidden
    maps = 2 if recipe.likelihood == "gaussian-pixels" else 1
    if recipe.net == "mlp":
        there = [(width,) for width in (*hidden, codes)]
        return encoder == there and decoder == [(width,) for width in (*reversed(hidden), maps * math.prod(shape))]
    stages = [(1, *shape), *((channels, shape[0] >> turn, shape[1] >> turn) for turn, channels in enumerate(hidden, 1))]
    dense = decoder[0]
    return encoder == [*stages[1:], dense, (codes,)] and decoder == [dense, (math.prod(stages[-1]),), *stages[-2:0:-1], (maps, *shape)]
