"""What runs in a Dask worker when the runs of an experiment are there. Everything it needs travels with it, so any machine will do."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vae_core.experiments import EXPERIMENTS
from vae_core.frame import Frame
from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained


@dataclass(frozen=True)
class Finished:
    """A finished run: its recipe in plain types, its model as bytes, its frames too if they are asked for, and its measures."""

    recipe: dict[str, Any]
    model: bytes
    frames: tuple[bytes, ...] = ()
    metrics: dict[str, float | None] | None = None


def measure_runs(name: str, seed: int, runs: dict[str, Finished], data_root: str) -> bytes:
    """Carry out the measuring part of an experiment; returns packed figures.

    Raises:
        ValueError: if a model does not fit its recipe, or a figure is not a number.
        NoData: if a data set cannot be had.
    """
    import torch

    torch.set_num_threads(1)
    return EXPERIMENTS[name].measure(_restored(runs, data_root), seed).pack()


def fill_hole(runs: dict[str, Finished], image: int, gone: bytes, data_root: str) -> bytes:
    """Fill a painted hole in a test image; ``gone`` has a byte a pixel, 1 where it is missing. Returns packed figures.

    Raises:
        ValueError: if a model does not fit its recipe, or this is no hole.
    """
    import torch

    from vae_core.filling import fill

    torch.set_num_threads(1)
    return fill(_restored(runs, data_root), image, torch.tensor(list(gone), dtype=torch.bool)).pack()


def _restored(runs: dict[str, Finished], data_root: str) -> "dict[str, Trained]":
    from vae_core.experiments.trained import Trained

    return {
        label: Trained.restore(Recipe.from_dict(run.recipe), run.model, Path(data_root), map(Frame.unpack, run.frames), run.metrics)
        for label, run in runs.items()
    }
