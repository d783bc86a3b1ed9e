"""Images per second: this project, others on the same model, and the matrix products alone, in one run.

python -m benchmarks.training_speed [--mnist DIR]

One thread each, and memory as the app's workers keep it. Pythae is a row where it is installed (``pip install pythae``).
"""

import argparse
import dataclasses
import math
import platform
import statistics
import time
from pathlib import Path

import torch

from benchmarks.peers import plain_test_loss, plain_training, pythae_epoch
from benchmarks.undivided import undivided
from jobs.allocator import keep_what_is_freed
from vae_core import precision
from vae_core.data import load
from vae_core.nets import weighted
from vae_core.recipes import Recipe
from vae_core.training import Training

REPEATS = 5
SEEDS = range(3)
EXAMPLE = Recipe(data="mnist", hidden=(400,), latent_dim=20, batch_size=128, lr=1e-3, epochs=3)
QUICK = dataclasses.replace(EXAMPLE, batch_size=96, lr=1e-2, lr_course="trapezoid", epochs=1)
EXAMPLE_LOSS = 112.2  # the example's test loss after three epochs, by its public logs
CASES = {
    "digits 64-128-64-2, batch 64": Recipe(),
    "MNIST 784-256-128-2, batch 128": Recipe(data="mnist", train_size=10_000, hidden=(256, 128), batch_size=128, epochs=30),
    "MNIST 784-400-20, batch 128": dataclasses.replace(EXAMPLE, train_size=10_000, epochs=30),
    "MNIST, convolutions 16-32, d = 2, batch 256": Recipe(
        data="mnist", train_size=2_560, net="conv", hidden=(16, 32), batch_size=256, epochs=30
    ),
}


def updates(recipe, data):
    """Seconds per epoch of updates."""
    training = Training(dataclasses.replace(recipe, epochs=1), data)
    while training.step < training.total_steps:
        training.advance()
    return training.seconds


def share_of_frames(recipe, data):
    """What frames and weights take in a run as the app makes it, as a share of its updates."""
    training = Training(recipe, data)
    begin = time.perf_counter()
    while training.step < training.total_steps:
        if training.due:
            training.frame().pack()
            training.moment()
            if training.keeps_weights:
                training.weights()
        training.advance()
    return (time.perf_counter() - begin) / training.seconds - 1


def plain_epoch(recipe, data):
    """Seconds per epoch of the loop of pytorch/examples on the same model and data."""
    return next(plain_training(recipe, data, 1))[1]


def products_alone(recipe, data):
    """Seconds per epoch of nothing but the forward and backward matrix products, into memory laid out before."""
    model, b = Training(recipe, data).model, recipe.batch_size
    nets = (model.posterior.net, model.likelihood.net)
    shapes = [(i[0], o[0], place) for net in nets for place, (_, i, o) in enumerate(weighted(net))]
    sets = [[torch.randn(*size) for size in ((b, i), (i, o), (b, o), (b, o), (i, o), (b, i))] for i, o, _ in shapes]
    steps = len(data.train) / b
    count = max(int(steps), 50)
    begin = time.perf_counter()
    for _ in range(count):
        for index, (x, w, g, out, dw, dx) in enumerate(sets):
            torch.mm(x, w, out=out)
            torch.mm(x.T, g, out=dw)
            if index:  # the images need no gradient
                torch.mm(g, w.T, out=dx)
    return (time.perf_counter() - begin) / count * steps


def best_of_each(recipe, data):
    """The least seconds per epoch of each way; they take turns, so that all meet the same machine."""
    ways = {
        "matrix products alone (the limit)": products_alone if recipe.net == "mlp" else None,
        "ours, updates": updates,
        "loop of pytorch/examples, DataLoader": plain_epoch if recipe.net == "mlp" else None,
        "Pythae's trainer": pythae_epoch if recipe.net == "mlp" else None,
    }
    times = {name: [] for name, way in ways.items() if way}
    for _ in range(REPEATS):
        for name in times:
            times[name].append(ways[name](recipe, data))
    return {name: min(seconds) for name, seconds in times.items() if seconds[0] is not None}


def tell(title, recipe, data):
    """One table."""
    rows, images = best_of_each(recipe, data), len(data.train)
    limit = rows.get("matrix products alone (the limit)", math.nan)
    print(f"\n{title}\n{'':38}images/s   × the limit's time")
    for name, seconds in rows.items():
        print(f"{name:36}{images / seconds:10,.0f}   {'' if math.isnan(limit) else f'{seconds / limit:5.2f}'}")
    print(f"frames of a run of {recipe.epochs} epochs take {share_of_frames(recipe, data):.0%} of its updates' time")


def test_loss(training):
    """-ELBO on all test images, nats per image."""
    with torch.inference_mode():
        terms = training.objective(training.model, training.data.test, torch.Generator().manual_seed(0))
    return float((terms["distortion"] + terms["rate"]).mean())


def rounding(data):
    """What it costs in test loss that large products are computed in bfloat16, where they are."""
    losses = {}
    for name, large in (("float32", math.inf), ("as trained here", precision.LARGE)):
        precision.LARGE, losses[name] = large, []
        for seed in SEEDS:
            training = Training(dataclasses.replace(EXAMPLE, seed=seed), data)
            while training.step < training.total_steps:
                training.advance()
            losses[name].append(test_loss(training))
    told = "; ".join(f"{name} {statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}" for name, values in losses.items())
    print(f"\nthe example's settings, test loss after three epochs, {len(SEEDS)} seeds: {told}")


def until_as_good(data):
    """How long the example takes to its loss after three epochs, and we to the same, on all training images."""
    print(f"\nMNIST 784-400-20, test loss, nats per image (the example's logs after three epochs: {EXAMPLE_LOSS})")
    for model, seconds in plain_training(EXAMPLE, data, 3):
        theirs = seconds
        print(f"  the example              {plain_test_loss(model, data.test):7.2f} after {seconds:5.1f} s")
    print(f"  ours: batch {QUICK.batch_size}, learning rate up to {QUICK.lr:g} and down to 0 within {QUICK.epochs} epoch")
    training = Training(QUICK, data)
    loss, every = math.inf, training.steps_per_epoch // 4
    while loss > EXAMPLE_LOSS and training.step < training.total_steps:
        for _ in range(min(every, training.total_steps - training.step)):
            training.advance()
        loss = test_loss(training)
        print(f"  ours                     {loss:7.2f} after {training.seconds:5.1f} s")
    print(f"  ours takes {training.seconds / theirs:.2f} of the example's time")


def main():
    """Print a table for digits, and for MNIST if its files are at hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, help="folder that holds (or will hold) MNIST")
    mnist = parser.parse_args().mnist
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    keep_what_is_freed()
    print(f"torch {torch.__version__}, one thread, {platform.processor() or platform.machine()}, best of {REPEATS}")
    for title, recipe in CASES.items():
        if recipe.data == "digits" or mnist:
            tell(title, recipe, load(recipe, mnist or Path("data")))
    if mnist:
        data = undivided(load(EXAMPLE, mnist))
        until_as_good(data)
        rounding(data)


if __name__ == "__main__":
    main()
