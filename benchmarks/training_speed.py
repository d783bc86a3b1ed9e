"""Images per second: this project, a plain PyTorch loop with a DataLoader, and the matrix products alone, in one run.

python -m benchmarks.training_speed [--mnist DIR]
"""

import argparse
import itertools
import platform
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from vae_core.data import load
from vae_core.recipes import Recipe
from vae_core.training import Training

REPEATS = 3


def ours(recipe, data):
    """Seconds per epoch of updates, and per epoch with frames taken."""
    training = Training(recipe, data)
    begin = time.perf_counter()
    while True:
        if training.due:
            training.frame().pack()
            if training.keeps_weights:
                training.weights()
        if training.step == training.total_steps:
            break
        training.advance()
    return training.seconds / recipe.epochs, (time.perf_counter() - begin) / recipe.epochs


class PlainVAE(nn.Module):
    """The same network as the recipe's, written as most tutorials do."""

    def __init__(self, recipe, pixels):
        super().__init__()
        widths = [pixels, *recipe.hidden]
        self.encoder = nn.Sequential(*[m for a, b in itertools.pairwise(widths) for m in (nn.Linear(a, b), nn.ReLU())])
        self.mu, self.log_var = nn.Linear(widths[-1], recipe.latent_dim), nn.Linear(widths[-1], recipe.latent_dim)
        back = [recipe.latent_dim, *reversed(recipe.hidden)]
        self.decoder = nn.Sequential(*[m for a, b in itertools.pairwise(back) for m in (nn.Linear(a, b), nn.ReLU())])
        self.out = nn.Linear(back[-1], pixels)

    def forward(self, x):
        """Images → probabilities, μ, log σ²."""
        h = self.encoder(x)
        mu, log_var = self.mu(h), self.log_var(h)
        z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
        return torch.sigmoid(self.out(self.decoder(z))), mu, log_var


def plain_loop(recipe, data):
    """Seconds per epoch of the loop of pytorch/examples on the same model and data."""
    torch.manual_seed(0)
    model = PlainVAE(recipe, data.pixels)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    loader = DataLoader(TensorDataset(data.train, data.train_labels), batch_size=recipe.batch_size, shuffle=True)
    begin = time.perf_counter()
    for _ in range(recipe.epochs):
        total = 0.0
        for x, _ in loader:
            optimizer.zero_grad()
            out, mu, log_var = model(x)
            loss = F.binary_cross_entropy(out, x, reduction="sum") - 0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
            (loss / len(x)).backward()
            total += loss.item()
            optimizer.step()
    return (time.perf_counter() - begin) / recipe.epochs


def products_alone(recipe, data):
    """Seconds per epoch of nothing but the forward and backward matrix products, into memory laid out before."""
    widths = [data.pixels, *recipe.hidden, 2 * recipe.latent_dim], [recipe.latent_dim, *reversed(recipe.hidden), data.pixels]
    shapes = [pair for part in widths for pair in itertools.pairwise(part)]
    b = recipe.batch_size
    sets = [[torch.randn(*size) for size in ((b, i), (i, o), (b, o), (b, o), (i, o), (b, i))] for i, o in shapes]
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


def main():
    """Print a table for digits, and for MNIST if its files are at hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, help="folder that holds (or will hold) MNIST")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cases = [("digits 64-128-64-2, batch 64", Recipe(epochs=30), Path("data"))]
    if arguments.mnist:
        recipe = Recipe(data="mnist", train_size=10_000, hidden=(256, 128), batch_size=128, epochs=3)
        cases.append(("MNIST 10,000 × 784-256-128-2, batch 128", recipe, arguments.mnist))
    print(f"torch {torch.__version__}, one thread, {platform.processor() or platform.machine()}, best of {REPEATS}")
    for title, recipe, root in cases:
        data = load(recipe, root)
        images = len(data.train)
        runs = [ours(recipe, data) for _ in range(REPEATS)]
        rows = {
            "matrix products alone (the limit)": min(products_alone(recipe, data) for _ in range(REPEATS)),
            "ours, updates": min(run[0] for run in runs),
            "ours, with frames": min(run[1] for run in runs),
            "plain PyTorch loop with DataLoader": min(plain_loop(recipe, data) for _ in range(REPEATS)),
        }
        limit = rows["matrix products alone (the limit)"]
        print(f"\n{title}\n{'':38}images/s   × the limit's time")
        for name, seconds in rows.items():
            print(f"{name:36}{images / seconds:10,.0f}   {seconds / limit:5.2f}")


if __name__ == "__main__":
    main()
