"""The digits that come with scikit-learn."""

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from vae_core.splits import Images, Progress, part, split


def load(root: Path, progress: Progress) -> Images:
    """1,797 handwritten digits, 8×8, 17 grey levels (Alpaydin & Kaynak, 1998), from the copy inside scikit-learn."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    with gzip.open(Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",")  # read directly: importing sklearn.datasets takes a second
    images = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8)
    return Images(*split(part(images, table[:, -1]), validation=200, test=400), (8, 8), tuple("0123456789"))
