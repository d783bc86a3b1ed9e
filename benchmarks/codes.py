"""What codes, Bayesian decoders and few labels do on the digits, over seeds: mean ± standard deviation, each against its peer.

python -m benchmarks.codes [--seeds N] [--epochs N] [--only codes bayesian labels]
"""

import argparse
import dataclasses
from pathlib import Path

import torch

from vae_core.data import load
from vae_core.metrics import SAMPLE_IMAGES, measure, sample_quality
from vae_core.recipes import RECIPES
from vae_core.training import Training


def trained(recipe, data):
    training = Training(recipe, data)
    while training.step < training.total_steps:
        training.advance()
    return training.model


def codes(recipe, data):
    """Perplexity as a share of the codebook; samples of the learned prior against codes drawn evenly."""
    model = trained(recipe, data)
    figures = measure(model, data, recipe)
    generator = torch.Generator().manual_seed(recipe.seed)
    even = torch.randint(recipe.codebook, (SAMPLE_IMAGES, recipe.slots), generator=generator)
    with torch.inference_mode():
        drawn = model.image(model.posterior.head.lookup(even))
    uniform = recipe.slots * torch.tensor(float(recipe.codebook)).log()
    return {
        "perplexity / K": figures["perplexity"] / recipe.codebook,
        "nats a code says under the learned prior": figures["rate"],
        "… under a uniform prior": float(uniform),
        "Fréchet, learned prior": figures["frechet"],
        "Fréchet, uniform codes": sample_quality(drawn, data.test, data.train)["frechet"],
        "reconstruction error": figures["reconstruction_mse"],
    }


def bayesian(recipe, data):
    """The spread on the test images' codes, and where no code lies."""
    figures = measure(trained(recipe, data), data, recipe)
    on, off = figures["spread_on_codes"], figures["spread_off_codes"]
    return {"spread on codes": on, "spread off codes": off, "off / on": off / on, "−ELBO": -figures["elbo"]}


def labels(recipe, data):
    """Test accuracy of the classifier, and of readers of raw pixels who saw the same labels."""
    figures = measure(trained(recipe, data), data, recipe)
    return {
        "semi-supervised": figures["classifier_accuracy"],
        "logistic regression on pixels": figures["pixel_probe_accuracy"],
        "nearest neighbours on pixels": figures["pixel_knn_accuracy"],
    }


VQ, BAYES, FEW = RECIPES["VQ-VAE"], RECIPES["Bayesian decoder"], RECIPES["Semi-supervised VAE"]
ROWS = {
    "codes": (
        codes,
        {
            f"K = {k}, {s} codes an image": dataclasses.replace(VQ, codebook=k, slots=s)
            for k, s in ((16, 1), (64, 1), (16, 4), (32, 4), (64, 4), (128, 4))
        },
    ),
    "bayesian": (
        bayesian,
        {f"{like} pixels": dataclasses.replace(BAYES, likelihood=like) for like in ("bernoulli", "gaussian")},
    ),
    "labels": (labels, {f"{count} labels": dataclasses.replace(FEW, labels=count) for count in (20, 50, 100)}),
}

# (row group, what should be larger, than what, by which factor)
EXPECTED = (
    ("codes", "perplexity / K", None, 0.5),
    ("codes", "Fréchet, uniform codes", "Fréchet, learned prior", 1.0),
    ("bayesian", "spread off codes", "spread on codes", 1.0),
    ("labels", "semi-supervised", "logistic regression on pixels", 1.0),
    ("labels", "semi-supervised", "nearest neighbours on pixels", 1.0),
)


def report(group, name, runs):
    print(f"\n{name}")
    for key in runs[0]:
        values = torch.tensor([one[key] for one in runs])
        print(f"  {key}: {values.mean():.4g} ± {values.std():.2g}")
    for wanted, larger, smaller, factor in EXPECTED:
        if wanted == group:
            met = sum(one[larger] > factor * (1.0 if smaller is None else one[smaller]) for one in runs)
            against = f"{factor:g}" if smaller is None else smaller
            print(f"  {larger} > {against}: {met} of {len(runs)} seeds", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--only", nargs="*", choices=list(ROWS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load(VQ, Path("data"))
    for group, (judge, recipes) in ROWS.items():
        for name, recipe in recipes.items():
            if not options.only or group in options.only:
                seeds = [dataclasses.replace(recipe, seed=seed, epochs=options.epochs) for seed in range(options.seeds)]
                report(group, f"{group}: {name}, {options.epochs} epochs", [judge(one, data) for one in seeds])


if __name__ == "__main__":
    main()
