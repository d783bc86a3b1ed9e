"""MNIST and Fashion-MNIST through torchvision: fetched when first asked for, with progress. Torch is imported only to load them."""

import contextlib
import gzip
import math
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
    """

    title: str
    torchvision: str
    size: int

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

        source = getattr(datasets, self.torchvision)
        try:
            if not all(_whole(self.folder(root) / name) for name in FILES):
                self._fetch(root, source, progress)
            train, test = (source(root, train=subset, download=False) for subset in (True, False))
        except Damaged as error:
            raise NoData(f"{self.title} arrived damaged: its checksum is wrong. What came was removed; press Train again.") from error
        except FetchError as error:
            raise NoData(
                f"{self.title} is not on this machine and could not be downloaded: {error}. Connect to the internet and press Train again "
                "(what has come so far is kept), or choose Digits, which needs no download."
            ) from error
        except OSError as error:
            raise NoData(f"{self.title} could not be kept in the folder {root}: {error.strerror or error}.") from error
        return _images(train, test)

    def _fetch(self, root: Path, source: Any, progress: Progress) -> None:
        folder = self.folder(root)
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(root / f".{self.torchvision}.lock", lambda: progress(f"Another run is downloading {self.title}; waiting for it.")):
            done = 0
            for name, md5 in source.resources:
                path = folder / name
                if not path.exists() or checksum(path) != md5:
                    path.unlink(missing_ok=True)
                    fetch([mirror + name for mirror in source.mirrors], path, md5, _percent(self, done, progress))
                done += path.stat().st_size
            for name in FILES:
                if not _whole(folder / name):
                    (folder / name).unlink(missing_ok=True)
            progress(f"Unpacking {self.title}.")
            source(root, train=True, download=True)  # unpacks what is there


MNIST = Source("MNIST", "MNIST", 11_594_722)
FASHION = Source("Fashion-MNIST", "FashionMNIST", 30_878_645)


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


def _percent(source: Source, done: int, progress: Progress) -> Callable[[int], None]:
    told = -1

    def heard(size: int) -> None:
        nonlocal told
        percent = min(99, 100 * (done + size) // source.size)
        if percent != told:
            told = percent
            progress(f"Downloading {source.title}, {percent} %")

    return heard


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
