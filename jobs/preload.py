"""Preload of the embedded workers: torch is imported and has run before the first run comes, so its first frame comes at once."""

import dataclasses
import importlib
import os
import threading
from typing import Any

from jobs.allocator import keep_what_is_freed

NICENESS = 19  # training may take what pages and other programs leave


def dask_setup(worker: Any) -> None:
    """Called by Dask in each worker's process, before the worker takes tasks."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    take_tasks_always(worker)
    keep_what_is_freed()
    warm_up()
    threading.Thread(target=import_the_rest, daemon=True).start()


def take_tasks_always(worker: Any) -> None:
    """A worker that is short of memory takes no tasks, by Dask's default, until its stored results are gone.

    Ours store none: on a small machine, where torch alone takes most of a worker's share, a run would wait for ever.
    """
    if hasattr(worker, "memory_manager"):  # a nanny's only watches
        worker.memory_manager.memory_pause_fraction = False


def import_the_rest() -> None:
    """What some runs need at their start and all at their end takes seconds to import; the worker takes tasks meanwhile.

    Torchvision reads MNIST alone, so a lab that has fetched neither of the two sets in its form is spared the import.
    """
    from jobs.settings import data_folder
    from vae_core.mnist import FASHION, MNIST

    reader = ["torchvision.datasets"] if any(source.present(data_folder()) for source in (MNIST, FASHION)) else []
    for name in (*reader, "sklearn.linear_model", "sklearn.neighbors"):
        importlib.import_module(name)


def warm_up() -> None:
    """Make two updates, a frame and a weights blob of an AE, of a VAE, and of a model that is updated by autograd, on the digits."""
    import torch

    from jobs.settings import data_folder
    from vae_core import data, recipes
    from vae_core.training import steps

    torch.set_num_threads(1)
    for recipe in (*recipes.pair(recipes.VAE), dataclasses.replace(recipes.VAE, free_bits=0.1)):
        for training in steps(dataclasses.replace(recipe, epochs=1), data.load(recipe, data_folder())):
            if training.due:
                training.frame().pack()
                training.weights()
            if training.step == 2:
                break
