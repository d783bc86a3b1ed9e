"""Frames as small as the screen allows, for the way to the browser. What lies on disk stays exact.

Codes keep 7 and posterior widths 5 binary digits, less than a pixel of a map; grey images keep 64 levels. Of several frames only what
has changed since the one before is sent, which packs far better. Numpy only.
"""

import struct
from collections.abc import Iterable

import numpy as np

from vae_core import wire

DROPPED = {"mu": 3, "sigma": 5}  # of the ten binary digits of a float16
GREYS = 64
_SIGN, _LARGEST = 0x8000, 0x7BFF


def slim(blob: bytes) -> bytes:
    """The same frame with its numbers rounded; everything else as it is.

    Raises:
        WireError: if this is no envelope.
    """
    meta, arrays = wire.unpack(blob)
    return wire.pack(meta, {name: _rounded(name, array) for name, array in arrays.items()})


def records(blobs: Iterable[bytes]) -> bytes:
    """Frames one after the other as ``uint32`` length | envelope.

    Where the arrays of an envelope are as long as those of the one before, each byte of them is the difference to it, modulo 256.
    """
    out = []
    before = b""
    for blob in blobs:
        head, body = _split(blob)
        new, old = np.frombuffer(body, np.uint8), np.frombuffer(before, np.uint8)
        sent = (new - old).tobytes() if len(new) == len(old) else body
        out.append(struct.pack("<I", len(blob)) + head + sent)
        before = body
    return b"".join(out)


def _split(blob: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from("<I", blob)
    return blob[: 4 + length], blob[4 + length :]


def _rounded(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        step = 256 // GREYS
        return ((np.minimum(array.astype(np.uint16) + step // 2, 255) // step) * step).astype(np.uint8)
    if array.dtype == np.float16 and name in DROPPED:
        return _shortened(array, DROPPED[name])
    return array


def _shortened(array: np.ndarray, dropped: int) -> np.ndarray:
    """Float16 numbers rounded so that their last binary digits are 0."""
    bits = np.ascontiguousarray(array).view(np.uint16)
    size = np.minimum((bits & ~np.uint16(_SIGN)).astype(np.uint32) + (1 << (dropped - 1)), _LARGEST)
    kept = ((size >> dropped) << dropped).astype(np.uint16)
    return np.where(np.isfinite(array), kept | (bits & _SIGN), bits).astype(np.uint16).view(np.float16)
