"""Rebuild the recordings in ``pretrained/``: ``python -m vae_core.pretrain digits-ae``, or ``all``.

Data sets are looked for below ``LATENT_LAB_DATA``, else ``data/``.
"""

import dataclasses
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as save_tensors

from vae_core.catalogue import entry
from vae_core.data import Data, load
from vae_core.metrics import measure
from vae_core.model import Model
from vae_core.recipes import Recipe
from vae_core.recording import Recording, Status, frame_file, weights_file
from vae_core.training import Training
from vae_core.zoo import ZOO, Extent, extent

__all__ = ["ZOO", "main", "record"]

FOLDER = Path(__file__).parent.parent / "pretrained"


def record(name: str, recipe: Recipe, folder: Path, data_root: Path) -> Recording:
    """Train a recipe and keep its recording below ``folder``.

    Images that may not be redistributed are left out of it: the probe then has labels and no images.
    """
    shutil.rmtree(folder / name, ignore_errors=True)
    size = extent(recipe)
    data = load(recipe, data_root, print)
    data = dataclasses.replace(data, probe=data.probe.first(size.probe, size.shown))
    recording = Recording(folder / name)
    training = Training(recipe, data)
    recording.create(recipe, Status("running", total_steps=training.total_steps))
    recording.write_bytes("probe.bin", (data.probe if entry(recipe.data).redistributable else data.probe.without_images()).pack())
    _film(training, recording, size)
    _finish(training, data, recording, name)
    return recording


def _film(training: Training, recording: Recording, size: Extent) -> None:
    """Train to the end, with frames at some of the steps that the run itself plans."""
    steps = _thinned(training.schedule.steps, size.frames)
    keys = _thinned(list(range(len(steps))), size.keys + 1)[1:]
    while True:
        if training.step in steps:
            index = steps.index(training.step)
            frame = training.frame()
            frame = dataclasses.replace(
                frame, index=index, seconds=0.0, samples=frame.samples[: size.shown]
            )  # a rebuild gives the same files
            if index in keys:
                recording.write_bytes(weights_file(index), training.weights(index))
            recording.write_bytes(frame_file(index), frame.pack())
        if training.step == training.total_steps:
            return
        training.advance()


def _thinned(values: list[int], count: int) -> list[int]:
    """At most ``count`` of these, the first and the last among them."""
    return [values[place] for place in sorted(set(np.linspace(0, len(values) - 1, count).round().astype(int)))]


def _finish(training: Training, data: Data, recording: Recording, name: str) -> None:
    """Keep the model at half precision, as the browser runs it, and measure that."""
    halves = {key: value.half().contiguous() for key, value in training.model.state_dict().items()}
    training.model.load_state_dict(halves)
    recording.write_bytes("model.safetensors", save_tensors(halves))
    metrics = measure(training.model, data, training.recipe)
    recording.write_json("metrics.json", metrics)
    recording.write_json("card.json", _card(name, training.model, training.recipe, metrics))
    recording.write_status(Status("done", training.step, training.total_steps))


def _card(name: str, model: Model, recipe: Recipe, metrics: dict[str, float | None]) -> dict[str, Any]:
    """What a model is and how to make it again; without a date, so that a rebuild gives the same card."""
    source = entry(recipe.data)
    return {
        "name": name,
        "kind": recipe.kind,
        "data": {"title": source.title, "credit": source.credit, "images_in_this_folder": source.redistributable},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "precision": "weights kept as float16, and measured as kept",
        "seed": recipe.seed,
        "rebuild": f"python -m vae_core.pretrain {name}",
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "split": "trained on train, measured on test",
        "metrics": metrics,
    }


def main(names: list[str]) -> None:
    """Rebuild the named recordings and print what they reach."""
    torch.set_num_threads(1)
    for name in ZOO if names == ["all"] else names:
        if name not in ZOO:
            raise SystemExit(f"There is no {name!r}. Choose from: {', '.join(ZOO)}, or all.")
        begin = time.time()
        recording = record(name, ZOO[name], FOLDER, Path(os.environ.get("LATENT_LAB_DATA") or "data"))
        print(f"{name}: {time.time() - begin:.1f} s, {recording.frame_count} frames")
        for key, value in sorted((recording.metrics or {}).items()):
            print(f"  {key} {value}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
