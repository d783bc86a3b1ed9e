"""Figures of this project against published ones for the same set-up, on MNIST: a table, with binarization and bound named.

python -m benchmarks.published [--data DIR] [--quick] [--only NAME ...] [--again]

Each row trains its model once and keeps it below ``DIR/published``; ``--again`` trains anew. ``--quick`` trains two epochs and
measures few images: it shows that all of it works, and nothing else. The rows of the zoo are measured as they are in ``pretrained/``.
"""

import argparse
import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.undivided import undivided
from vae_core.checkpoint import dump, load
from vae_core.data import load as load_data
from vae_core.distributions import draw
from vae_core.metrics import importance_bound
from vae_core.model import distortion
from vae_core.objective import kl_per_dimension
from vae_core.recipes import Recipe
from vae_core.training import Training
from vae_core.zoo import ZOO

ROOT = Path(__file__).parent.parent
KINGMA = Recipe(data="mnist", hidden=(400,), latent_dim=20, batch_size=128, epochs=10, lr=1e-3)
# Their rate, batches and warm-up; they stop early, after an unnamed number of epochs.
DAVIDSON = Recipe(data="mnist", hidden=(256, 128), batch_size=64, epochs=400, warmup=100, lr=1e-3, binarize="dynamic")
FEW = dataclasses.replace(KINGMA, train_size=5000, epochs=30, hidden=(512, 256), batch_size=64)  # the source names no network


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        recipe: what is trained; the optimizer's settings are the source's where it gives them.
        binarization: grey (pixels in [0, 1]), or dynamic (drawn anew each time a training image is used, once for the test images).
        bound: "ELBO" (one sample an image), or "IW" (importance-weighted).
        published: nats per image, lower is better; None where nobody published this set-up.
        source: of the published figure.
    """

    recipe: Recipe
    binarization: str
    bound: str
    published: float | None = None
    source: str = "–"


ROWS = {
    "784-400-20": Row(KINGMA, "grey", "ELBO", 105.6, "pytorch/examples, 10 epochs, public training logs"),
    "784-400-10": Row(dataclasses.replace(KINGMA, latent_dim=10), "grey", "ELBO"),
    "784-400-2": Row(dataclasses.replace(KINGMA, latent_dim=2), "grey", "ELBO"),
    "5,000 images, d = 2": Row(
        dataclasses.replace(FEW, latent_dim=2), "grey", "ELBO", 153.8, "soveshmohapatra.com/projects/vaes-benchmark"
    ),
    "5,000 images, d = 20": Row(FEW, "grey", "ELBO", 115.0, "soveshmohapatra.com/projects/vaes-benchmark"),
    "dynamic, d = 2": Row(
        dataclasses.replace(DAVIDSON, latent_dim=2), "dynamic", "IW", 135.73, "Davidson et al. 2018, in R. Rubrice's table"
    ),
    "dynamic, d = 5": Row(
        dataclasses.replace(DAVIDSON, latent_dim=5), "dynamic", "IW", 110.21, "Davidson et al. 2018, in R. Rubrice's table"
    ),
    "dynamic, d = 20": Row(
        dataclasses.replace(DAVIDSON, latent_dim=20), "dynamic", "IW", 88.90, "Davidson et al. 2018, in R. Rubrice's table"
    ),
}


def trained(name, row, data, folder, again):
    """The model of a row, from disk if it is there."""
    path = folder / row.recipe.id / row.binarization
    if not again and (path / "model.safetensors").exists():
        return load(path, data.probe.shape)[0]
    if row.recipe.train_size == 0:  # as the sources do: nothing is chosen here, so no validation images are held back
        data = undivided(data)
    training = Training(row.recipe, data)
    while training.step < training.total_steps:
        training.advance()
        if training.step % (10 * training.steps_per_epoch) == 0:
            print(f"  {name}: epoch {training.epoch:.0f} of {row.recipe.epochs}, {training.seconds:.0f} s", flush=True)
    path.mkdir(parents=True, exist_ok=True)
    (path / "model.safetensors").write_bytes(dump(training.model))
    (path / "recipe.json").write_text(json.dumps(row.recipe.to_dict(), indent=1, sort_keys=True))
    return training.model


@torch.inference_mode()
def negative_elbo(model, x, generator, block=1000):
    """Distortion + rate with one sample an image, as test losses are reported."""
    total = 0.0
    for part in x.split(block):
        q = model.encode(part)
        total += float((distortion(model.decode(draw(q, generator)), part) + kl_per_dimension(model, q).sum(-1)).sum())
    return total / len(x)


@torch.inference_mode()
def negative_iw(model, x, samples, generator, block=250):
    """Minus the importance-weighted bound with ``samples`` samples an image, and its standard error over images."""
    parts = [importance_bound(model, part, samples, generator)["iw_bound"] for part in x.split(block)]
    values = torch.tensor(parts)
    return -float(values.mean()), float(values.std() / math.sqrt(max(len(parts), 1))) if len(parts) > 1 else math.nan


def judged(model, binarization, data, images, samples):
    """−ELBO on the whole test set and −IW on its first images."""
    generator = torch.Generator().manual_seed(1)
    x = torch.bernoulli(data.test, generator=generator) if binarization == "dynamic" else data.test
    elbo = negative_elbo(model, x, generator)
    return elbo, *negative_iw(model, x[:images], samples, generator)


def table(lines):
    """Markdown."""
    head = ("set-up", "binarization", "−ELBO here", "−IW here (K)", "published", "bound", "source", "difference")
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(line) + " |")


def line(name, row, elbo, iw, error, samples):
    compared = elbo if row.bound == "ELBO" else iw
    published = (
        ("–", "–", row.source, "–")
        if row.published is None
        else (f"{row.published:g}", row.bound, row.source, f"{compared - row.published:+.2f}")
    )
    return name, row.binarization, f"{elbo:.2f}", f"{iw:.2f} ± {error:.2f} ({samples})", *published


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--only", nargs="*", choices=[*ROWS, "zoo"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, samples = (100, 50) if options.quick else (10_000, 500)
    folder = options.data / ("published-quick" if options.quick else "published")
    lines = []
    for name, row in ROWS.items():
        if options.only and name not in options.only:
            continue
        if options.quick:
            row = dataclasses.replace(row, recipe=dataclasses.replace(row.recipe, epochs=2, train_size=5000))
        data = load_data(row.recipe, options.data, print)
        lines.append(
            line(name, row, *judged(trained(name, row, data, folder, options.again), row.binarization, data, images, samples), samples)
        )
        print("  " + " | ".join(lines[-1]), flush=True)
    if not options.only or "zoo" in options.only:
        for name, recipe in ZOO.items():
            if recipe.data == "mnist" and recipe.posterior == "gaussian" and (ROOT / "pretrained" / name / "model.safetensors").exists():
                data = load_data(recipe, options.data, print)
                model, _ = load(ROOT / "pretrained" / name, data.probe.shape)
                lines.append(line(f"zoo: {name}", Row(recipe, "grey", "ELBO"), *judged(model, "grey", data, images, samples), samples))
    table(lines)
    print(f"\nNats per image, lower is better. −ELBO on all 10,000 test images, −IW with K samples on the first {images:,}.")


if __name__ == "__main__":
    main()
