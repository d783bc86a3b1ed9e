"""Eight values of β: trained in step, against one training and against eight in turn.

python -m benchmarks.sweep_speed

The digits' default VAE, 40 epochs, on one core and on two, memory as the app's workers keep it; medians of rounds in which all ways take
turns.
"""

import dataclasses
import multiprocessing
import platform
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch

from jobs.allocator import keep_what_is_freed
from vae_core.data import load
from vae_core.recipes import VAE
from vae_core.sweep import sweep
from vae_core.training import steps

ROUNDS = 5
EPOCHS = 40
BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
RECIPES = tuple(dataclasses.replace(VAE, beta=beta, epochs=EPOCHS) for beta in BETAS)


def ready():
    """What a worker's process does once."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    keep_what_is_freed()
    in_step(RECIPES[:2])


def in_step(recipes):
    """Seconds of the runs as one stack."""
    data = load(VAE, Path("data"))
    begin = time.perf_counter()
    for _ in sweep(recipes, [data] * len(recipes)):
        pass
    return time.perf_counter() - begin


def in_turn(recipes):
    """Seconds of the runs one after the other."""
    data = load(VAE, Path("data"))
    begin = time.perf_counter()
    for recipe in recipes:
        for _ in steps(recipe, data):
            pass
    return time.perf_counter() - begin


def on_two(pool, way):
    """Seconds until both halves are trained, each by a process of its own."""
    begin = time.perf_counter()
    list(pool.map(way, (RECIPES[::2], RECIPES[1::2])))
    return time.perf_counter() - begin


def main():
    """Print the ratios."""
    ready()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"), initializer=ready) as pool:
        ways = {
            "one training": lambda: in_turn(RECIPES[3:4]),
            "eight in step, one core": lambda: in_step(RECIPES),
            "eight in turn, one core": lambda: in_turn(RECIPES),
            "eight in step, two cores": lambda: on_two(pool, in_step),
            "eight in turn, two cores": lambda: on_two(pool, in_turn),
        }
        on_two(pool, in_turn)  # both processes are up
        rounds = [{name: way() for name, way in ways.items()} for _ in range(ROUNDS)]
    print(f"torch {torch.__version__}, {platform.machine()}, digits {VAE.hidden}, {EPOCHS} epochs, medians of {ROUNDS}")
    for name in ways:
        seconds = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one["one training"] for one in rounds)
        print(f"{name:26}{seconds:7.2f} s   {ratio:5.2f} × one training")


if __name__ == "__main__":
    main()
