"""Pictures from an .npz: plain numbers only, sizes checked before memory is taken, and never an object array."""

import io
import math
import sys
import zipfile

import numpy as np
from numpy.lib import format as npy

from vae_core.own_limits import BadUpload, shown
from vae_core.own_pictures import Gathered
from vae_core.own_zip import content

_IMAGES = ("images", "x", "X", "x_train", "train_images", "data", "arr_0")
_LABELS = ("labels", "y", "Y", "y_train", "train_labels", "targets", "arr_1")
_CHANNELS = (1, 3, 4)
_HEADER = 10_000  # bytes
_LONGEST = 200  # letters of a label
_AT_ONCE = 1_000_000  # pixels


def gather(archive: zipfile.ZipFile, gathered: Gathered) -> None:
    """Add the pictures of an .npz: an array of pictures, and one of labels if there is one.

    Raises:
        BadUpload: if there is no array of pictures, or a limit is passed.
    """
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist() if info.filename.endswith(".npy")}
    name = next((name for name in _IMAGES if name in members), next(iter(members)))
    images = _pictures(_array(content(archive, members[name]), name), name)
    count, height, width = images.shape[:3]
    gathered.limits.check_count(count)
    gathered.limits.check_pixels(name, width, height, (count - 1) * height * width)
    labels = next((key for key in _LABELS if key in members and key != name), None)
    words = [""] * count if labels is None else _words(_array(content(archive, members[labels]), labels), count, gathered)
    low, high = _scale(images, gathered)
    for image, word in zip(images, words, strict=True):
        gathered.add_grey(_grey(image, low, high), word)
    gathered.done["colour"] += count if images.ndim == 4 and images.shape[3] > 1 else 0


def _array(body: bytes, name: str) -> np.ndarray:
    """Read the bytes of an .npy as numbers or words. NumPy's own reader takes memory as the header asks; here the header must be true.

    Raises:
        BadUpload: if it is damaged, or holds objects.
    """
    file = io.BytesIO(body)
    try:
        reader = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(file)]
        shape, fortran, dtype = reader(file, max_header_size=_HEADER)
        fits = dtype.itemsize * math.prod(shape) == len(body) - file.tell() and min(shape, default=1) > 0
    except Exception as error:  # a header is text, and broken text may fail in any way
        raise BadUpload(f"The array {shown(name)} is damaged and cannot be read.") from error
    if dtype.hasobject or dtype.kind not in "buifUS" or dtype.itemsize == 0:
        raise BadUpload(f"The array {shown(name)} holds something else than numbers. Objects are never read.")
    if not fits:
        raise BadUpload(f"The array {shown(name)} is empty, or shorter or longer than it says.")
    return np.frombuffer(body, dtype, offset=file.tell()).reshape(shape, order="F" if fortran else "C")


def _pictures(array: np.ndarray, name: str) -> np.ndarray:
    """The array as (n, height, width) or (n, height, width, channels), a view.

    Raises:
        BadUpload: if it is of no such shape, or not of finite numbers.
    """
    if array.dtype.kind not in "buif":
        raise BadUpload(f"The array {shown(name)} holds words, where pictures were expected.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadUpload(f"The array {shown(name)} holds values that are not numbers.")
    side = math.isqrt(array.shape[1]) if array.ndim == 2 else 0
    if array.ndim == 2 and side * side == array.shape[1]:
        return array.reshape(len(array), side, side)
    if array.ndim == 3:
        return array
    if array.ndim == 4 and array.shape[3] in _CHANNELS:
        return array
    if array.ndim == 4 and array.shape[1] in _CHANNELS:
        return np.moveaxis(array, 1, 3)
    shape = " × ".join(map(str, array.shape)) or "one number"
    raise BadUpload(f"The array {shown(name)} has the shape {shape}; pictures are (count, height, width), with 1, 3 or 4 channels or none.")


def _scale(images: np.ndarray, gathered: Gathered) -> tuple[float, float]:
    """The values that become black and white: 0 and 1, 0 and 255, or else the least and the greatest there are."""
    low, high = float(images.min()), float(images.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and 16 < high <= 255:
        return 0.0, 255.0
    gathered.remarks.append(f"Their values, from {low:g} to {high:g}, were spread from black to white.")
    return low, high


def _grey(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """One picture as uint8 (height, width), a few rows at a time: numbers to reckon with take many times the memory of bytes."""
    rows = max(1, _AT_ONCE // image.shape[1])
    return np.concatenate([_tones(image[top : top + rows], low, high) for top in range(0, len(image), rows)])


def _tones(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rows of a picture as uint8; three channels become their brightness, a fourth is left out."""
    values = image.astype(np.float64)
    if values.ndim == 3:
        values = values[..., 0] if values.shape[2] == 1 else values[..., :3] @ np.array([0.299, 0.587, 0.114])
    with np.errstate(all="ignore"):  # numbers near the end of their range
        unit = np.nan_to_num((values - low) / max(high - low, 1e-300))
    return np.rint(unit * 255).clip(0, 255).astype(np.uint8)


def _words(array: np.ndarray, count: int, gathered: Gathered) -> list[str]:
    """One word for each picture; none if the labels do not fit."""
    if array.shape != (count,):
        gathered.remarks.append(f"The labels do not fit the {count:,} pictures and were not used.")
        return [""] * count
    if array.dtype.kind == "U":
        return _text(array)
    if array.dtype.kind == "S":
        return [word[:_LONGEST].decode("utf-8", "replace") for word in array.tolist()]
    return [f"{int(value)}" if value == value // 1 else f"{value:g}" for value in array.tolist()]


def _text(array: np.ndarray) -> list[str]:
    """Words of an array of type U. NumPy makes strings of any numbers that stand there; not all numbers are letters."""
    codes = np.frombuffer(array.tobytes(), array.dtype.byteorder.replace("|", "=") + "u4").reshape(len(array), -1)[:, :_LONGEST]
    return ["".join(chr(code) if code <= sys.maxunicode else "·" for code in row if code) for row in codes.tolist()]
