"""Small sets in MNIST's format, of noise: for experiments that need both, where nothing may be downloaded."""

import numpy as np
from test_data import idx

from vae_core import mnist

SIZES = {"train": 120, "t10k": 40}


def write(root):
    """Put both sets where a data root has them."""
    for seed, source in enumerate((mnist.MNIST, mnist.FASHION)):
        random = np.random.default_rng(seed)
        source.folder(root).mkdir(parents=True)
        for name in mnist.FILES:
            count = SIZES[name.split("-")[0]]
            array = random.integers(0, 10, count, np.uint8) if "labels" in name else random.integers(0, 256, (count, 28, 28), np.uint8)
            (source.folder(root) / name).write_bytes(idx(array))
