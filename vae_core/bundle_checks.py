"""Is a file of a run that somebody brings what the lab would have written? Each check reads it, and returns it as understood."""

import json
import math
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from vae_core import own_data
from vae_core.catalogue import DataSet, entry
from vae_core.frame import Frame, Probe
from vae_core.names import tidy
from vae_core.own_limits import MEGA, BadUpload
from vae_core.recipes import Recipe, RecipeError
from vae_core.recording import ACTIVE, STATES, Status

PROBE, SHOWN, SAMPLES, WORD = 5000, 100, 200, 100
TEXT = MEGA  # bytes of JSON, alone or at the head of an envelope; read, it takes many times its size in memory
_DEPTH, _MANY = 4, 5000
_KEY = re.compile(r"[A-Za-z0-9_]{1,40}")
_PARENT = re.compile(r"(u-)?[0-9a-f]{16}|p-[a-z0-9-]{1,40}|")
_EXTRA: tuple[dict[str, str], ...] = ({}, {"per_dimension": "information"})
_ENDED = {
    "stopped": "This run had been stopped when it was downloaded.",
    "diverged": "This run had diverged when it was downloaded.",
    "failed": "This run had failed when it was downloaded.",
}


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever fails on broken bytes within, fails as a plain sentence.

    Raises:
        BadUpload: instead of what was raised.
    """
    try:
        yield
    except BadUpload:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError, struct.error) as error:
        raise BadUpload(f"{name} in the zip is damaged, or was not written by the lab.") from error


def require(holds: bool, sentence: str) -> None:
    """Raises: BadUpload with this sentence if it does not hold."""
    if not holds:
        raise BadUpload(sentence)


def finite(array: np.ndarray, name: str) -> None:
    """Raises: BadUpload if the array is not of finite numbers."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadUpload(f"{name} holds a value that is not a number. The run cannot be taken.")


def text(body: bytes) -> Any:
    """Read JSON. Raises: BadUpload if it is far too long; ValueError or RecursionError if it is none."""
    require(len(body) <= TEXT, "A description in the zip is far too long.")
    return json.loads(body)


def headed(body: bytes, layout: str, name: str) -> bytes:
    """The body, whose head begins with its length as ``layout`` (of ``struct``). Raises: BadUpload if that is far too long."""
    require(struct.unpack_from(layout, body)[0] <= TEXT, f"{name} is not in the format that the lab writes, the only one that it reads.")
    return body


def recipe(body: bytes) -> Recipe:
    """Raises: BadUpload if this is no recipe that the lab could train."""
    with reading("recipe.json"):
        values = text(body)
        try:
            found = Recipe.from_dict(values)
        except RecipeError as error:
            raise BadUpload(f"recipe.json cannot be used: {error}") from error
        require(_PARENT.fullmatch(found.parent) is not None and found.parent_frame >= 0, "recipe.json names a parent that is no run.")
        return found


def status(body: bytes, model: bool, now: float) -> Status:
    """How the run stood. What it says of itself in words is not taken over; ``model`` tells whether the finished model came along.

    Raises:
        BadUpload: if this is no status.
    """
    with reading("status.json"):
        told = Status(**text(body))
        require(told.state in STATES and _whole(told.step) and _whole(told.total_steps), "status.json does not say how the run stood.")
        require(told.state != "done" or model, "The run says that it is finished, but model.safetensors is missing.")
        state = "stopped" if told.state in ACTIVE else told.state
        speed = float(told.images_per_second)
        return Status(state, told.step, told.total_steps, speed if 0 <= speed < 1e12 else 0.0, _ENDED.get(state, ""), now, now)


def name(body: bytes) -> str:
    """Raises: BadUpload if this holds no name."""
    with reading("name.json"):
        return tidy(text(body)["name"])


def metrics(body: bytes) -> dict[str, Any]:
    """Raises: BadUpload if these are not measures: finite numbers by name."""
    with reading("metrics.json"):
        found = text(body)
        require(isinstance(found, dict) and _figures(found), "metrics.json holds something else than finite numbers.")
        return dict(found)


def probe(body: bytes, recipe: Recipe) -> Probe:
    """Raises: BadUpload if these are not test images, or none of the recipe's data set."""
    with reading("probe.bin"):
        found = Probe.unpack(headed(body, "<I", "probe.bin"))
        source, count = entry(recipe.data), len(found.labels)
        points = source.form == "points"
        require(found.shape in _shapes(source), f"probe.bin does not hold images of the size of {source.title}.")
        require(found.points == points and found.span == source.span, f"probe.bin does not hold data of the kind of {source.title}.")
        require(found.images.shape in ((count, _pixels(found)), (0, _pixels(found))), "probe.bin holds images that do not fit their size.")
        require(found.images.dtype == (np.float32 if points else np.uint8), "probe.bin holds images of a wrong kind.")
        require(
            found.labels.dtype == np.uint8 and found.labels.ndim == 1 and 1 <= count <= PROBE, "probe.bin holds no labels, or too many."
        )
        require(_words(found.classes) and found.labels.max() < len(found.classes) <= 256, "probe.bin does not name its classes.")
        require(_words(found.names) and len(found.names) in (0, count), "probe.bin does not name its images.")
        require(_whole(found.shown) and 1 <= found.shown <= min(count, SHOWN), "probe.bin does not say how many images are drawn.")
        finite(found.images, "probe.bin")
        return found


def _shapes(source: DataSet) -> tuple[tuple[int, int], ...]:
    """What size the images of a data set may have."""
    return tuple((side, side) for side in own_data.SIDES) if own_data.NAME.fullmatch(source.name) else (source.shape,)


def frame(body: bytes, name: str, index: int, before: int, probe: Probe, recipe: Recipe) -> Frame:
    """Raises: BadUpload if this is not the frame ``index`` of a run on these images, after the step ``before``."""
    with reading(name):
        found = Frame.unpack(headed(body, "<I", name))
        count, width, pixels = len(probe.labels), recipe.numbers, _pixels(probe)
        clouds = count if recipe.posterior in ("gaussian", "flow") else 0
        shapes = {"kl": (width,), "mu": (count, width), "sigma": (clouds, width), "reconstructions": (probe.shown, pixels)}
        for part, shape in (shapes | {"samples": (min(len(found.samples), SAMPLES), pixels)}).items():
            array = getattr(found, part)
            drawn = part in ("reconstructions", "samples")
            require(array.shape == shape, f"{name} does not fit the recipe: {part} has a wrong shape.")
            require(
                array.dtype == np.uint8 if drawn and not probe.points else array.dtype.kind == "f", f"{name}: {part} is of a wrong kind."
            )
            finite(array, name)
        require(not len(found.sigma) or found.sigma.min() >= 0, f"{name} holds a negative spread.")
        require(found.index == index and _whole(found.step) and found.step > before, f"{name} is out of its order.")
        require(_number(found.epoch) and _number(found.seconds), f"{name} does not say when it was taken.")
        require(_terms(found.train) and _terms(found.test) and found.extra in _EXTRA, f"{name} holds no figures.")
        return found


def _pixels(probe: Probe) -> int:
    return math.prod(probe.shape)


def _words(words: tuple[Any, ...]) -> bool:
    return all(isinstance(word, str) and len(word) <= WORD for word in words)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _terms(part: Any) -> bool:
    """Whether these are a loss and its parts."""
    return set(part) >= {"distortion", "rate", "loss"} and all(_KEY.fullmatch(key) and _number(value) for key, value in part.items())


def _figures(value: Any, depth: int = _DEPTH) -> bool:
    """Whether this is finite numbers, or nothing, in lists and under short names."""
    if isinstance(value, dict):
        return depth > 0 and len(value) <= _MANY and all(_KEY.fullmatch(key) and _figures(one, depth - 1) for key, one in value.items())
    if isinstance(value, list):
        return depth > 0 and len(value) <= _MANY and all(_figures(one, depth - 1) for one in value)
    return value is None or isinstance(value, bool) or _number(value)
