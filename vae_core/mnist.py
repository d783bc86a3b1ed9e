"""MNIST and Fashion-MNIST: fetched when first asked for, with progress, and read by torchvision. Torch is imported only to read them."""

import contextlib
import gzip
import math
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vae_core.fetch import Damaged, FetchError, checksum, fetch
from vae_core.splits import SPLIT_SEED, Images, NoData, Progress, part

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SHAPE = (28, 28)
WAIT = 1.0  # seconds between looks at a download that another process makes


@dataclass(frozen=True)
class Source:
    """A data set in MNIST's format.

    Attributes:
        title: how people call it.
        torchvision: name of its class in ``torchvision.datasets``, and of its folder.
        size: bytes to download.
        mirrors: addresses of the folder that holds the packed files.
        md5: checksums of the packed files, in the order of ``FILES``.
    """

    title: str
    torchvision: str
    size: int
    mirrors: tuple[str, ...]
    md5: tuple[str, ...]

    def folder(self, root: Path) -> Path:
        """Where torchvision keeps its files."""
        return root / self.torchvision / "raw"

    def present(self, root: Path) -> bool:
        """Whether it can be loaded without the net."""
        folder = self.folder(root)
        return all(_whole(folder / name) or (folder / f"{name}.gz").exists() for name in FILES)

    def load(self, root: Path, progress: Progress) -> Images:
        """55,000 images for training, 5,000 for validation, and the publisher's own 10,000 for testing; 28×28.

        Raises:
            NoData: if it is not on disk and cannot be downloaded, or the disk cannot be written.
        """
        from torchvision import datasets  # takes two seconds, and only these sets need it

        self.fetch(root, progress, _percent(self.title, progress))
        source = getattr(datasets, self.torchvision)
        try:
            train, test = (source(root, train=subset, download=False) for subset in (True, False))
        except (OSError, RuntimeError) as error:
            raise NoData(f"{self.title} could not be read from the folder {root}: {error}.") from error
        return _images(train, test)

    def fetch(self, root: Path, progress: Progress, heard: Callable[[float], None]) -> None:
        """Download and unpack what is not on disk yet. Torch is not needed.

        Args:
            root: the data root.
            progress: told plain words on what goes on, apart from the share. What it raises ends the download.
            heard: told which share of the bytes is there, 0 to 1. What it raises ends the download.

        Raises:
            NoData: if it cannot be downloaded, or the disk cannot be written.
        """
        try:
            if not all(_whole(self.folder(root) / name) for name in FILES):
                self._fetch(root, progress, heard)
        except Damaged as error:
            raise NoData(f"{self.title} arrived damaged: its checksum is wrong. What came was removed; try again.") from error
        except FetchError as error:
            raise NoData(
                f"{self.title} is not on this machine and could not be downloaded: {error}. Connect to the internet and try again "
                "(what has come so far is kept), or choose Digits, which needs no download."
            ) from error
        except OSError as error:
            raise NoData(f"{self.title} could not be kept in the folder {root}: {error.strerror or error}.") from error

    def _fetch(self, root: Path, progress: Progress, heard: Callable[[float], None]) -> None:
        folder = self.folder(root)
        folder.mkdir(parents=True, exist_ok=True)
        waiting = f"Somebody else here is downloading {self.title}; waiting for it."
        with _alone(root / f".{self.torchvision}.lock", lambda: progress(waiting)):
            done = 0
            for name, md5 in zip(FILES, self.md5, strict=True):
                path = folder / f"{name}.gz"
                if not path.exists() or checksum(path) != md5:
                    path.unlink(missing_ok=True)
                    fetch([f"{mirror}{name}.gz" for mirror in self.mirrors], path, md5, _share(self, done, heard))
                done += path.stat().st_size
            progress(f"Unpacking {self.title}.")
            for name in FILES:
                _unpack(folder / f"{name}.gz", folder / name)


MNIST = Source(
    "MNIST",
    "MNIST",
    11_594_722,
    ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
    (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
)
FASHION = Source(
    "Fashion-MNIST",
    "FashionMNIST",
    30_878_645,
    ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
)


def originals(source: Source, root: Path, count: int) -> np.ndarray | None:
    """The first ``count`` test images, uint8 (count, 784), read without torch; None where they are not on disk.

    They are the images of a probe that was recorded without them.
    """
    path = source.folder(root) / FILES[2]
    if not path.exists():
        path = path.with_name(path.name + ".gz")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(16 + count * math.prod(SHAPE))[16:]
        return np.frombuffer(body, np.uint8).reshape(count, -1)
    except (OSError, EOFError, ValueError):
        return None


def _images(train: Any, test: Any) -> Images:
    x, y = train.data.numpy().reshape(len(train), -1), train.targets.numpy()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(x))
    held = len(x) // 12  # 5,000 of 60,000
    rest, middle = np.split(order, [len(x) - held])
    whole, classes = part(x, y), tuple(label.split(" - ")[0] for label in train.classes)
    held_out = part(test.data.numpy().reshape(len(test), -1), test.targets.numpy())
    return Images(whole.take(rest), whole.take(middle), held_out, SHAPE, classes)


def _share(source: Source, done: int, heard: Callable[[float], None]) -> Callable[[int], None]:
    return lambda size: heard(min(1.0, (done + size) / source.size))


def _percent(title: str, progress: Progress) -> Callable[[float], None]:
    """Turns shares into words, at each new percent."""
    told = -1

    def heard(share: float) -> None:
        nonlocal told
        percent = min(99, int(100 * share))
        if percent != told:
            told = percent
            progress(f"Downloading {title}, {percent} %")

    return heard


def _unpack(packed: Path, path: Path) -> None:
    """Unpack a file, in place only when it is whole."""
    if _whole(path):
        return
    part = path.with_name(path.name + ".part")
    with gzip.open(packed) as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
    os.replace(part, path)


def _whole(path: Path) -> bool:
    """Whether an unpacked file has the length that its own header promises: unpacking may have been cut short."""
    try:
        with path.open("rb") as file:
            dimensions = file.read(4)[3]
            sizes = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
        return path.stat().st_size == 4 + 4 * dimensions + math.prod(sizes)
    except (OSError, IndexError, struct.error):
        return False


@contextlib.contextmanager
def _alone(path: Path, waiting: Callable[[], None]) -> Any:
    """Be the only process that downloads this set."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    while True:
        try:
            lock.acquire(timeout=WAIT)
            break
        except Timeout:
            waiting()
    try:
        yield
    finally:
        lock.release()
