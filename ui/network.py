"""Run a decoder that was kept as data, where neither torch nor the browser does it. Numpy only."""

import math
from typing import Any

import numpy as np

from vae_core import wire
from vae_core.recording import Recording

Op = dict[str, Any]
Arrays = dict[str, np.ndarray]
HALVES = ("encoder", "decoder")
PARTS = ("weight", "bias", "label", "codebook")
ASIDE = ("state.", "classifier.")


def decode(recording: Recording, codes: np.ndarray, index: int | None = None, labels: np.ndarray | None = None) -> np.ndarray:
    """Decode codes (n, d) with the weights that a run kept at a key frame, by default the last.

    Returns:
        uint8 images, shape (n, pixels); float32 where the data are points.

    A model that is told labels is told ``labels`` (n,), or else the first label for all.

    Raises:
        RecordingError: if there are no weights of this index.
        ValueError: if the run has kept no readable weights, the codes have another length, a label is not one of the model's, or an
            operation is not known here.
    """
    if index is None:
        kept = recording.key_frames
        if not kept:
            raise ValueError("this run has kept no weights yet")
        index = kept[-1]
    meta, arrays = wire.unpack(recording.weights_bytes(index))
    try:
        if codes.shape[1] != meta["latent_dim"]:
            raise ValueError(f"a code of this model has {meta['latent_dim']} numbers, not {codes.shape[1]}")
        told = np.zeros(len(codes), int) if labels is None else labels.astype(int)
        classes = meta.get("classes")
        if classes is not None and np.any((told < 0) | (told >= classes)):
            raise ValueError(f"this model knows the labels 0 to {classes - 1}")
        out = _forward(meta["decoder"], arrays, codes, told)[:, : math.prod(meta["shape"])]
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"these weights are not a network: {error}") from error
    if meta.get("span", (0, 1))[0] < 0:  # coordinates
        return out
    pixels = 1 / (1 + np.exp(-np.clip(out, -60, 60))) if meta["likelihood"] == "bernoulli" else np.clip(out, 0, 1)
    return np.round(pixels * 255).astype(np.uint8)


def without_encoder(blob: bytes) -> bytes:
    """A weights blob without the encoder's arrays, and without what only a fork needs: what is needed to draw.

    Raises:
        WireError: if these are not weights.
    """
    meta, arrays = wire.unpack(blob)
    try:
        encoder, decoder = ([operation[part] for operation in meta[half] for part in PARTS if part in operation] for half in HALVES)
    except (KeyError, TypeError) as error:
        raise wire.WireError(f"not weights: {error}") from error
    unused = {*encoder, *(name for name in arrays if name.startswith(ASIDE))} - {*decoder, "codebook"}
    return wire.pack(meta, {name: array for name, array in arrays.items() if name not in unused})


def _forward(operations: list[Op], arrays: Arrays, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(n, inputs) → (n, outputs)."""
    runners = {"linear": _linear, "conv": _conv, "conv_transpose": _conv_transpose}
    x = x.astype(np.float32)
    for operation in operations:
        if operation["op"] == "transpose":
            x = x.reshape(-1, operation["rows"], operation["columns"]).transpose(0, 2, 1).reshape(len(x), -1)
            continue
        if operation["op"] not in runners:
            raise ValueError(f"the operation {operation['op']!r} is not known here")
        weight, bias = (arrays[operation[part]].astype(np.float32) for part in ("weight", "bias"))
        x = runners[operation["op"]](operation, x, weight, bias)
        if "label" in operation:
            shift = arrays[operation["label"]].astype(np.float32)[labels]
            x = x + np.repeat(shift, x.shape[1] // shift.shape[1], axis=1)
        if operation["act"] == "relu":
            x = np.maximum(x, 0)
    return x


def _linear(operation: Op, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return x @ weight.T + bias


def _conv(operation: Op, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """PyTorch's Conv2d on flattened (channel, row, column)."""
    stride, padding, size = operation["stride"], operation["padding"], weight.shape[-1]
    x = np.pad(x.reshape(-1, *operation["in"]), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum("ncyxij,fcij->nfyx", windows, weight, optimize=True) + bias[:, None, None]
    return out.reshape(len(x), -1)


def _conv_transpose(operation: Op, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """PyTorch's ConvTranspose2d: each pixel adds a kernel to the larger image."""
    stride, padding, size = operation["stride"], operation["padding"], weight.shape[-1]
    x = x.reshape(-1, *operation["in"])
    filters, rows, columns = operation["out"]
    out = np.zeros((len(x), filters, rows + 2 * padding + size, columns + 2 * padding + size), np.float32)
    height, width = x.shape[2:]
    for i, j in np.ndindex(size, size):
        out[:, :, i : i + stride * height : stride, j : j + stride * width : stride] += np.einsum(
            "ncyx,cf->nfyx", x, weight[:, :, i, j], optimize=True
        )
    out = out[:, :, padding : padding + rows, padding : padding + columns] + bias[:, None, None]
    return out.reshape(len(x), -1)
