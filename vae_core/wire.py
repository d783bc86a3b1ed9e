"""The binary envelope in which arrays travel to disk and to the browser.

Layout: ``uint32`` header length (little endian) | JSON header, space-padded to 4 bytes | arrays, each padded to 4 bytes.
The header is ``{"meta": {...}, "arrays": {name: {"dtype", "shape", "offset"}}}`` with offsets counted from the end of the header.
"""

import json
import struct
from typing import Any

import numpy as np

DTYPES = frozenset({"f2", "f4", "u1", "u2", "i4"})


class WireError(ValueError):
    """The bytes are not a well-formed envelope."""


def pack(meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Put metadata and named arrays in one envelope.

    Raises:
        WireError: if an array's dtype is not one of ``DTYPES``.
    """
    heads: dict[str, dict[str, Any]] = {}
    chunks: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        code = array.dtype.str[1:]
        if code not in DTYPES:
            raise WireError(f"array {name!r} has dtype {array.dtype}, which the envelope does not carry")
        body = np.ascontiguousarray(array).tobytes()
        body += b"\0" * (-len(body) % 4)
        heads[name] = {"dtype": code, "shape": list(array.shape), "offset": offset}
        chunks.append(body)
        offset += len(body)
    header = json.dumps({"meta": meta, "arrays": heads}, separators=(",", ":"), allow_nan=False).encode()
    header += b" " * (-len(header) % 4)
    return struct.pack("<I", len(header)) + header + b"".join(chunks)


def unpack(blob: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read an envelope back; the arrays are read-only views of ``blob``.

    Raises:
        WireError: if the bytes are cut short or malformed, or its arrays overlap.
    """
    try:
        (length,) = struct.unpack_from("<I", blob)
        header = json.loads(blob[4 : 4 + length])
        arrays = {name: _view(blob, 4 + length, head) for name, head in header["arrays"].items()}
        # Many names for the same bytes: written anew, each would have its own.
        if sum(array.nbytes for array in arrays.values()) > len(blob):
            raise ValueError("its arrays overlap")
        return header["meta"], arrays
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise WireError(f"not a readable envelope: {error}") from error


def _view(blob: bytes, base: int, head: dict[str, Any]) -> np.ndarray:
    if head["dtype"] not in DTYPES:
        raise WireError(f"unknown dtype {head['dtype']!r}")
    shape = tuple(int(n) for n in head["shape"])
    count = int(np.prod(shape))
    return np.frombuffer(blob, "<" + head["dtype"], count, base + int(head["offset"])).reshape(shape)
