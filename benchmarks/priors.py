"""What other priors and posteriors bring, at the same architecture, data and seeds: a table, mean ± standard deviation over seeds.

python -m benchmarks.priors [--data DIR] [--set digits|mnist] [--seeds N] [--epochs N] [--only NAME ...]

The last table says of each expectation whether these runs bear it out; the comparison is seed by seed.
"""

import argparse
import dataclasses
import statistics
from pathlib import Path

import torch

from vae_core.data import load
from vae_core.metrics import measure
from vae_core.recipes import Recipe
from vae_core.training import Training

SETS = {
    "digits": Recipe(latent_dim=8, epochs=200, lr=1e-3),
    "mnist": Recipe(data="mnist", hidden=(256, 128), latent_dim=10, batch_size=128, epochs=20, lr=1e-3),
}
AE = {"posterior": "dirac", "beta": 0.0}
LOW = {"beta": 0.1}
ROWS = {
    "VAE, N(0, I)": {},
    "VAE, mixture prior": {"prior": "mixture"},
    "VAE, VampPrior": {"prior": "vamp"},
    "VAE, flow prior": {"prior": "flow"},
    "VAE, flow posterior": {"posterior": "flow"},
    "VAE, flow prior and posterior": {"posterior": "flow", "prior": "flow"},
    "AE, N(0, I)": AE,
    "AE, fitted Gaussian": AE | {"prior": "fitted-gaussian"},
    "AE, fitted GMM": AE | {"prior": "fitted-gmm"},
    "AE, second stage": AE | {"prior": "staged"},
    "WAE": AE | {"mmd": 100.0},
    "VAE β = 0.1, N(0, I)": LOW,
    "VAE β = 0.1, fitted GMM": LOW | {"prior": "fitted-gmm"},
    "VAE β = 0.1, second stage": LOW | {"prior": "staged"},
}
FIGURES = ("elbo", "iw_bound", "rate", "frechet", "precision", "coverage")

# better row, worse row, figure, and the sign with which more is better
EXPECTED = (
    *((name, "VAE, N(0, I)", "iw_bound", 1) for name in list(ROWS)[1:6]),
    *((name, "AE, N(0, I)", "frechet", -1) for name in ("AE, fitted Gaussian", "AE, fitted GMM", "AE, second stage", "WAE")),
    ("AE, fitted GMM", "AE, fitted Gaussian", "frechet", -1),
    *((f"VAE β = 0.1, {way}", "VAE β = 0.1, N(0, I)", "frechet", -1) for way in ("fitted GMM", "second stage")),
)


def figures(recipe, root):
    """The measures of one run."""
    data = load(recipe, root, print)
    training = Training(recipe, data)
    while training.step < training.total_steps:
        training.advance()
    training.frame()  # which fits the prior, where it is of the kind that is fitted
    return measure(training.model, data, recipe)


def spread(values):
    if any(value is None for value in values):
        return "–"
    return f"{statistics.mean(values):.2f} ± {statistics.stdev(values) if len(values) > 1 else 0:.2f}"


def table(head, lines):
    """Markdown."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)


def expectations(measured):
    for better, worse, figure, sign in EXPECTED:
        if better in measured and worse in measured:
            gains = [sign * (a[figure] - b[figure]) for a, b in zip(measured[better], measured[worse], strict=True)]
            verdict = "yes" if min(gains) > 0 else "no" if statistics.mean(gains) <= 0 else "not with every seed"
            yield better, worse, figure, spread(gains), verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--set", choices=SETS, default="digits")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--only", nargs="*", choices=ROWS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    base = SETS[options.set]
    if options.epochs:
        base = dataclasses.replace(base, epochs=options.epochs)
    measured = {}
    for name in options.only or ROWS:
        recipes = [dataclasses.replace(base, seed=seed, **ROWS[name]) for seed in range(options.seeds)]
        measured[name] = [figures(recipe, options.data) for recipe in recipes]
        print(f"  {name}: " + ", ".join(f"{key} {spread([run[key] for run in measured[name]])}" for key in FIGURES), flush=True)
    table(("model", *FIGURES), ((name, *(spread([run[key] for run in runs]) for key in FIGURES)) for name, runs in measured.items()))
    table(("expected better", "than", "by", "gain, seed by seed", "borne out"), expectations(measured))
    print(
        f"\n{options.set}, {options.seeds} seeds, {base.epochs} epochs, d = {base.latent_dim}. Bounds in nats per image, higher is better;"
    )
    print("Fréchet distance lower is better. The bound is importance-weighted, with the prior that the model is sampled from.")


if __name__ == "__main__":
    main()
