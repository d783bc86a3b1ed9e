"""Rebuild the recordings in ``pretrained/``: ``python -m vae_core.pretrain digits-ae``, or ``all``."""

import dataclasses
import shutil
import sys
import time
from pathlib import Path

import torch

from vae_core.checkpoint import dump
from vae_core.data import load
from vae_core.metrics import measure
from vae_core.recipes import Recipe, pair
from vae_core.recording import Recording, Status
from vae_core.training import Training

FOLDER = Path(__file__).parent.parent / "pretrained"
_AE, _VAE = pair(Recipe(epochs=400))
ZOO = {"digits-ae": _AE, "digits-vae": _VAE}


def record(name: str, recipe: Recipe, folder: Path, data_root: Path) -> Recording:
    """Train a recipe and keep its recording below ``folder``."""
    shutil.rmtree(folder / name, ignore_errors=True)
    data = load(recipe, data_root)
    recording = Recording(folder / name)
    training = Training(recipe, data)
    recording.create(recipe, Status("running", total_steps=training.total_steps))
    recording.write_bytes("probe.bin", data.probe.pack())
    while True:
        if training.due:
            frame = dataclasses.replace(training.frame(), seconds=0.0)  # so that a rebuild gives the same files
            if training.keeps_weights:
                recording.write_bytes(f"weights/{frame.index:05d}.bin", training.weights())
            recording.write_bytes(f"frames/{frame.index:05d}.bin", frame.pack())
        if training.step == training.total_steps:
            break
        training.advance()
    recording.write_bytes("model.safetensors", dump(training.model))
    recording.write_json("metrics.json", measure(training.model, data, recipe))
    recording.write_status(Status("done", training.step, training.total_steps))
    return recording


def main(names: list[str]) -> None:
    """Rebuild the named recordings and print what they reach."""
    torch.set_num_threads(1)
    for name in ZOO if names == ["all"] else names:
        if name not in ZOO:
            raise SystemExit(f"There is no {name!r}. Choose from: {', '.join(ZOO)}, or all.")
        begin = time.time()
        recording = record(name, ZOO[name], FOLDER, Path("data"))
        print(f"{name}: {time.time() - begin:.1f} s, {recording.frame_count} frames")
        for key, value in sorted((recording.metrics or {}).items()):
            print(f"  {key} {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
