"""Run a decoder that was kept as data, so that the app shows reconstructions of any image without torch. Numpy only."""

import numpy as np

from vae_core import wire
from vae_core.recording import Recording


def decode(recording: Recording, codes: np.ndarray) -> np.ndarray:
    """Decode codes (n, d) with the last weights that a run kept: uint8 images, shape (n, pixels); float32 where the data are points.

    Raises:
        ValueError: if the run has kept no readable weights, or its network is not fully connected.
    """
    kept = recording.key_frames
    if not kept:
        raise ValueError("this run has kept no weights yet")
    meta, arrays = wire.unpack(recording.weights_bytes(kept[-1]))
    try:
        out = _forward(meta["decoder"], arrays, codes)
    except KeyError as error:
        raise ValueError(f"these weights are not a network: {error}") from error
    if meta.get("span", (0, 1))[0] < 0:  # coordinates
        return out
    pixels = 1 / (1 + np.exp(-np.clip(out, -60, 60))) if meta["likelihood"] == "bernoulli" else np.clip(out, 0, 1)
    return np.round(pixels * 255).astype(np.uint8)


def _forward(layers: list[dict[str, str]], arrays: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    x = x.astype(np.float32)
    for layer in layers:
        if layer["op"] != "linear":
            raise ValueError("convolutions are decoded in the browser only; the page Explore shows them")
        x = x @ arrays[layer["weight"]].astype(np.float32).T + arrays[layer["bias"]].astype(np.float32)
        if layer["act"] == "relu":
            x = np.maximum(x, 0)
    return x
