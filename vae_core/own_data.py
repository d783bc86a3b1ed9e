"""Pictures that a user brought, as one data set on disk: ``own-<16 hex>/pictures.bin`` below the data root. Numpy only.

The name is made from the pictures themselves, so the same upload is kept once and a recipe that names it stays true.
"""

import contextlib
import hashlib
import os
import re
import shutil
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from vae_core import glance, own_marks, wire
from vae_core.files import write_atomic
from vae_core.splits import Images, NoData, Progress, part, split

FILE = "pictures.bin"
NAME = re.compile(r"own-[0-9a-f]{16}")
SIDES = (28, 32)  # pixels, of which pictures have one as height and width
TITLE_LENGTH = 60
LEAST_PIXELS = 28 * 28  # of a picture


@dataclass(frozen=True, eq=False)
class Pictures:
    """What an upload became.

    Attributes:
        images: uint8, shape (n, side · side), 0 for the ground.
        labels: uint8, shape (n,).
        classes: names of the labels; they are the user's words.
        side: height and width.
        notes: plain sentences on what was done; they may hold the user's words.
        inverted: whether dark on bright was turned into bright on dark.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    side: int
    notes: tuple[str, ...] = ()
    inverted: bool = False

    def pack(self, title: str) -> bytes:
        """Encode as one envelope."""
        meta = {"side": self.side, "classes": list(self.classes), "notes": list(self.notes), "inverted": self.inverted, "title": title}
        return wire.pack(meta, {"images": self.images, "labels": self.labels})


def store(pictures: Pictures, root: Path, title: str = "", keep: bool = False, who: str = "") -> str:
    """Write pictures below the data root and return their name, ``own-<16 hex>``; what is there already stays as it is.

    Args:
        pictures: what to write.
        root: the data root; a Dask worker on another machine must see it too.
        title: what the user calls them.
        keep: list them for everybody; otherwise they last until ``sweep``.
        who: who brought them (see ``own_marks``); empty for nobody in particular.
    """
    identity = wire.pack({"side": pictures.side, "classes": list(pictures.classes)}, {"x": pictures.images, "y": pictures.labels})
    name = f"own-{hashlib.sha256(identity).hexdigest()[:16]}"
    title = title[:TITLE_LENGTH]
    try:
        read(name, root)
        os.utime(root / name / FILE)
    except (NoData, OSError):
        write_atomic(root / name / FILE, pictures.pack(title))
    if who:
        own_marks.bring(root / name, who, title)
    if keep:
        own_marks.keep(root / name, who, title)
    return name


def read(name: str, root: Path) -> tuple[Pictures, str]:
    """The pictures of this name and their title.

    Raises:
        NoData: if they are gone or cannot be read.
    """
    try:
        if not NAME.fullmatch(name):
            raise ValueError(name)
        meta, arrays = wire.unpack((root / name / FILE).read_bytes())
        side, images, labels = int(meta["side"]), arrays["images"], arrays["labels"]
        if images.dtype != np.uint8 or images.shape != (len(labels), side * side) or max(labels, default=999) >= len(meta["classes"]):
            raise ValueError(images.shape)
        return Pictures(images, labels, tuple(meta["classes"]), side, tuple(meta["notes"]), meta["inverted"]), str(meta["title"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoData("These pictures are no longer on this machine. Bring them again, and the run goes on as before.") from error


def load(name: str, root: Path, progress: Progress) -> Images:
    """A loader of the catalogue: a fifth of the pictures, but at most 1,000, for testing, and half as many for validation.

    Raises:
        NoData: if the pictures are gone.
    """
    pictures, _ = read(name, root)
    _, validation, test = split_sizes(len(pictures.images))
    parts = split(part(pictures.images, pictures.labels), validation, test)
    return Images(*parts, (pictures.side, pictures.side), pictures.classes)


def use(name: str, root: Path) -> None:
    """Somebody uses pictures: the time until ``sweep`` begins anew. Other names are no error."""
    if NAME.fullmatch(name):
        with contextlib.suppress(OSError):  # they are gone, or the folder may only be read
            os.utime(root / name / FILE)


def split_sizes(count: int) -> tuple[int, int, int]:
    """How many of ``count`` pictures are for training, validation and testing."""
    test = min(1000, max(2, count // 5))
    return count - test - test // 2, test // 2, test


def count(name: str, root: Path) -> int:
    """How many pictures of this name are there, or a few more, told from how large they are; 0 if there are none."""
    try:
        return (root / name / FILE).stat().st_size // LEAST_PIXELS if NAME.fullmatch(name) else 0
    except OSError:
        return 0


@lru_cache(maxsize=64)  # a name stands for its pictures
def class_count(name: str, root: Path) -> int:
    """How many classes the pictures of this name have; 1 if they are gone."""
    try:
        return len(read(name, root)[0].classes)
    except NoData:
        return 1


def present(name: str, root: Path) -> bool:
    """Whether pictures of this name are there."""
    return NAME.fullmatch(name) is not None and glance.holds(root / name, FILE)


def saved(root: Path) -> dict[str, str]:
    """Names and titles of the pictures that were saved for everybody."""
    return {path.name: own_marks.shown(path) for path in _folders(root) if own_marks.kept(path) and present(path.name, root)}


def brought(root: Path, who: str) -> dict[str, str]:
    """Names of the pictures that somebody brought, and what they call them."""
    return {path.name: own_marks.title(path, who) for path in _folders(root) if own_marks.brought(path, who)}


def size(root: Path, who: str = "") -> int:
    """Bytes of all pictures, or of those that somebody brought."""
    total = 0
    for path in _folders(root):
        with contextlib.suppress(OSError):  # somebody removes them just now
            if not who or own_marks.brought(path, who):
                total += sum(file.stat().st_size for file in path.iterdir())
    return total


def leave(name: str, root: Path, who: str) -> None:
    """Somebody needs pictures no more; they are removed if that goes for all who brought or keep them."""
    if NAME.fullmatch(name) and own_marks.leave(root / name, who):
        forget(name, root)


def forget(name: str, root: Path) -> None:
    """Remove pictures; unknown names are no error. Runs that were trained on them stay."""
    if NAME.fullmatch(name):
        shutil.rmtree(root / name, ignore_errors=True)
        glance.forget()


def sweep(root: Path, hours: float = 24) -> list[str]:
    """Remove pictures that nobody saved and nobody used for ``hours``; returns their names."""
    old = [path.name for path in _folders(root) if not own_marks.kept(path) and _age(path) > 3600 * hours]
    for name in old:
        forget(name, root)
    return old


def spare(root: Path, seconds: float) -> None:
    """The clock was set forwards: no pictures are older for that."""
    for path in _folders(root):
        with contextlib.suppress(OSError):
            used = (path / FILE).stat().st_mtime + seconds
            os.utime(path / FILE, (used, used))


def _folders(root: Path) -> list[Path]:
    try:
        return [root / name for name in sorted(glance.names(root)) if NAME.fullmatch(name)]
    except OSError:  # nobody brought any yet
        return []


def _age(path: Path) -> float:
    """Seconds since the pictures were last brought or used."""
    for one in (path / FILE, path):
        with contextlib.suppress(OSError):
            return time.time() - one.stat().st_mtime
    return 0.0  # somebody removes them just now
