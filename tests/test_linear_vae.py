"""A linear VAE with Gaussian pixels is probabilistic PCA, whose optimum is known in closed form (Lucas et al., 2019)."""

import copy
import dataclasses
import math
from pathlib import Path

import pytest
import torch
from torch.distributions import MultivariateNormal

from vae_core.data import load
from vae_core.metrics import importance_bound
from vae_core.recipes import Recipe
from vae_core.training import Training

RECIPE = Recipe(hidden=(), latent_dim=5, likelihood="gaussian-learned", epochs=120, lr=1e-2)


@pytest.fixture(scope="module")
def data():
    return load(RECIPE, Path("data"))


@pytest.fixture(scope="module")
def trained(data):
    """Two stages, the second with small steps: a fork, as the app does it."""
    start = None
    for recipe in (RECIPE, dataclasses.replace(RECIPE, lr=1e-3, epochs=40, batch_size=400)):
        training = Training(recipe, data, start)
        while training.step < training.total_steps:
            training.advance()
        start = training.weights()
    return training


def optimum(x, d):
    """Mean log-likelihood of the maximum-likelihood probabilistic PCA (Tipping & Bishop, 1999)."""
    eigenvalues = torch.linalg.eigvalsh(torch.cov(x.T, correction=0)).flip(0)
    pixels = x.shape[1]
    noise = eigenvalues[d:].mean()
    return -0.5 * (pixels * math.log(2 * math.pi) + eigenvalues[:d].log().sum() + (pixels - d) * noise.log() + pixels)


def exact_log_likelihood(model, x):
    """log N(x; b, W Wᵀ + σ² I) of a linear decoder: (B,)."""
    layer = model.likelihood.net[-1]
    weight, sigma = layer.weight.double(), model.likelihood.head.log_sigma.double().exp()
    covariance = weight @ weight.T + sigma**2 * torch.eye(len(weight), dtype=torch.float64)
    return MultivariateNormal(layer.bias.double(), covariance).log_prob(x.double())


@torch.no_grad()
def test_the_elbo_reaches_the_probabilistic_pca_optimum(trained, data):
    generator = torch.Generator().manual_seed(1)
    draws = [trained.objective(trained.model, data.train, generator) for _ in range(30)]
    elbo = -sum((terms["distortion"] + terms["rate"]).mean() for terms in draws) / len(draws)
    best = optimum(data.train.double(), RECIPE.latent_dim)
    assert best - 0.5 < elbo < best


@torch.no_grad()
def test_the_importance_weighted_bound_rises_with_k_and_stays_below_the_exact_likelihood(trained, data):
    x = data.test[:200]
    model = copy.deepcopy(trained.model)
    model.posterior.net[-1].bias[RECIPE.latent_dim :] += 1.4  # clouds twice too wide: a gap that K must close
    exact = exact_log_likelihood(model, x).mean()
    bounds = [importance_bound(model, x, k, torch.Generator().manual_seed(0))["iw_bound"] for k in (1, 8, 64, 512)]
    assert bounds == sorted(bounds)
    assert bounds[0] < exact - 0.3
    assert exact - 0.05 < bounds[-1] < exact + 0.01
