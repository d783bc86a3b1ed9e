"""The table of data sets: what people read about each, what suits it, and who loads it. Torch is not imported here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vae_core import cities, digits, own_data, shapes
from vae_core.mnist import FASHION, MNIST, Source, originals
from vae_core.splits import Images, Progress, silent

Loader = Callable[[Path, Progress], Images]

# The likelihood and its σ belong to them too, so that going from points to images sets them right again.
_PIXELS = {"likelihood": "bernoulli", "sigma": 0.2}
_SMALL = {**_PIXELS, "train_size": 0, "hidden": (128, 64), "batch_size": 64, "epochs": 200, "lr": 2e-3}
_OWN = {**_SMALL, "hidden": (256, 128), "batch_size": 64, "epochs": 100, "lr": 1e-3}
_UPDATES, _EPOCHS = 3000, (20, 2000)  # by then the pictures of a small set are sharp; fewest and most passes over it
_LARGE = {**_PIXELS, "train_size": 10_000, "hidden": (256, 128), "batch_size": 128, "epochs": 20, "lr": 2e-3}


def _none(root: Path, count: int) -> np.ndarray | None:
    return None


def _always(root: Path) -> bool:
    return True


def _nothing(root: Path, progress: Progress, heard: Callable[[float], None]) -> None:
    """Fetch a set that comes with the lab."""


def _first(load: Loader, root: Path, count: int) -> np.ndarray:
    return load(root, silent).test.x[:count]


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        name: as recipes and addresses have it.
        title: as people read it.
        text: one sentence about it.
        load: ``(root, progress) -> Images``; raises NoData. Downloads are kept below the root.
        parts: how many there are for training, validation and testing; empty for own pictures, which must be counted.
        shape: height and width of one image; (1, 3) for points in space.
        settings: of a recipe, that suit it on a laptop.
        form: "images", with pixels in [0, 1]; or "points", which are drawn as points and need a Gaussian likelihood.
        span: the least and the greatest value of a pixel or coordinate.
        download: megabytes to fetch before its first use; 0 if it comes with the lab.
        fetch: ``(root, progress, heard)`` downloads it, told words and the share that is there; raises NoData.
        present: whether a root holds all that ``load`` needs.
        redistributable: whether its images may stand in the recordings that come with the lab.
        originals: ``(root, n)`` -> the first n test images, uint8 (n, pixels), for a probe that was recorded without them and for people to
            see; None if they are not on disk. Torch is not needed.
        credit: whom to thank.
    """

    name: str
    title: str
    text: str
    load: Loader
    parts: tuple[int, ...] = ()
    shape: tuple[int, int] = (28, 28)
    settings: Mapping[str, Any] = field(default_factory=lambda: _SMALL)
    form: Literal["images", "points"] = "images"
    span: tuple[float, float] = (0.0, 1.0)
    download: int = 0
    fetch: Callable[[Path, Progress, Callable[[float], None]], None] = _nothing
    present: Callable[[Path], bool] = _always
    redistributable: bool = True
    originals: Callable[[Path, int], np.ndarray | None] = _none
    credit: str = ""


def _published(source: Source, name: str, text: str, credit: str) -> DataSet:
    """A set in MNIST's format, which is fetched when it is first asked for."""
    return DataSet(
        name,
        source.title,
        text,
        source.load,
        (55_000, 5_000, 10_000),
        settings=_LARGE,
        download=round(source.size / 1e6),
        fetch=source.fetch,
        present=source.present,
        redistributable=False,
        originals=partial(originals, source),
        credit=credit,
    )


_TABLE = (
    DataSet(
        "digits",
        "Digits",
        "1,797 handwritten digits of 8 × 8 pixels; small enough to train in seconds.",
        digits.load,
        (1197, 200, 400),
        (8, 8),
        originals=partial(_first, digits.load),
        credit="Alpaydin and Kaynak (1998), in the copy that comes with scikit-learn",
    ),
    _published(
        MNIST,
        "mnist",
        "70,000 handwritten digits of 28 × 28 pixels; the set on which most published figures were measured.",
        "LeCun, Cortes and Burges (1998)",
    ),
    _published(
        FASHION,
        "fashion-mnist",
        "70,000 pictures of clothes, shoes and bags, 28 × 28 pixels; harder than digits, with much more grey.",
        "Xiao, Rasul and Vollgraf (2017)",
    ),
    DataSet(
        "shapes",
        "Shapes",
        "6,000 squares, ellipses and hearts of 28 × 28 pixels, drawn from a known place, size and rotation.",
        shapes.load,
        (4500, 500, 1000),
        settings={**_SMALL, "hidden": (256, 128), "batch_size": 128, "epochs": 60},
        originals=shapes.originals,
        credit="drawn by the lab",
    ),
    DataSet(
        "cities",
        "Cities",
        "More than 300 cities as points on a globe: three numbers each, on a surface that has two dimensions.",
        cities.load,
        (236, 30, 60),
        (1, 3),
        {**_SMALL, "hidden": (64, 64), "batch_size": 32, "epochs": 400, "likelihood": "gaussian", "sigma": 0.1, "net": "mlp"},
        form="points",
        span=(-1.0, 1.0),
        credit="collected by the lab",
    ),
)

CATALOGUE = {entry.name: entry for entry in _TABLE}


def known(name: str) -> bool:
    """Whether this can be the name of a data set; own data may have been removed since."""
    return name in CATALOGUE or own_data.NAME.fullmatch(name) is not None


def entry(name: str) -> DataSet:
    """The data set of this name; for ``own-<16 hex>`` what somebody brought.

    Raises:
        KeyError: if there can be none.
    """
    if own_data.NAME.fullmatch(name) is None:
        return CATALOGUE[name]
    return DataSet(
        name,
        "Own pictures",
        "Pictures that somebody brought to this lab.",
        partial(own_data.load, name),
        settings=_OWN,
        present=partial(own_data.present, name),
        redistributable=False,
        originals=partial(_first, partial(own_data.load, name)),
    )


def settings(name: str, root: Path) -> dict[str, Any]:
    """What suits a data set; own pictures below ``root`` are gone over until there are enough updates, be they few or many."""
    suited = dict(entry(name).settings)
    if count := own_data.count(name, root):
        updates = -(-own_data.split_sizes(count)[0] // suited["batch_size"])
        suited["epochs"] = min(max(_UPDATES // max(updates, 1), _EPOCHS[0]), _EPOCHS[1])
    return suited
