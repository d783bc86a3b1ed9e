"""Closed forms against torch.distributions and Monte Carlo."""

import dataclasses
import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from vae_core.build import build, objective
from vae_core.distributions import LEAST_SIGMA, BernoulliHead, Point, diagonal, draw
from vae_core.metrics import frechet, log_aggregated
from vae_core.model import distortion
from vae_core.nets import weighted
from vae_core.objective import Objective, constant, free_bits, kl_per_dimension, rate, warm_up
from vae_core.recipes import LIKELIHOODS, RECIPES, Recipe, RecipeError

SHAPE, PIXELS = (3, 4), 12


@pytest.fixture
def model():
    return build(Recipe(hidden=(8,), latent_dim=3), SHAPE)


@pytest.fixture
def x():
    return torch.rand(5, PIXELS, generator=torch.Generator().manual_seed(0))


def test_kl_is_the_closed_form(model, x):
    q = model.encode(x)
    mu, var = q.mean, q.variance
    by_hand = -0.5 * (1 + var.log() - mu**2 - var)
    torch.testing.assert_close(kl_per_dimension(model, q), by_hand)
    exact = kl_divergence(Normal(mu.double(), var.double().sqrt()), Normal(torch.zeros_like(mu).double(), 1.0)).sum(-1)
    torch.testing.assert_close(rate(model, q, mu).double(), exact, rtol=1e-5, atol=1e-6)


def test_kl_matches_samples(model, x):
    q, p = model.encode(x), model.prior()
    z = torch.stack([draw(q, torch.Generator().manual_seed(seed)) for seed in range(20_000)])
    monte_carlo = (q.log_prob(z) - p.log_prob(z)).mean(0)
    torch.testing.assert_close(rate(model, q, z[0]), monte_carlo, rtol=0.05, atol=0.03)


def test_a_draw_carries_gradients_to_mu_and_sigma():
    mean, scale = torch.zeros(4, 2, requires_grad=True), torch.ones(4, 2, requires_grad=True)
    draw(diagonal(mean, scale), torch.Generator().manual_seed(0)).square().sum().backward()
    assert mean.grad.abs().sum() > 0
    assert scale.grad.abs().sum() > 0


def test_a_point_has_no_rate_and_no_noise(x):
    model = build(Recipe(posterior="dirac", hidden=(8,)), SHAPE)
    q = model.encode(x)
    assert isinstance(q, Point)
    assert torch.equal(draw(q), draw(q))
    assert kl_per_dimension(model, q).abs().sum() == 0


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_distortion_is_minus_the_log_probability_summed_over_pixels(likelihood, x):
    model = build(Recipe(likelihood=likelihood, hidden=(8,), sigma=0.3), SHAPE)
    pixels = model.decode(model.encode(x).mean)
    if likelihood == "bernoulli":
        logits = pixels.base_dist.logits
        expected = -(x * torch.sigmoid(logits).log() + (1 - x) * torch.sigmoid(-logits).log()).sum(-1)
    else:
        expected = -Normal(pixels.mean, pixels.stddev).log_prob(x).sum(-1)
    torch.testing.assert_close(distortion(pixels, x), expected)
    with torch.no_grad():  # then in another order
        torch.testing.assert_close(distortion(pixels, x), expected)


def test_without_a_gradient_the_cross_entropy_is_as_exact_far_out_and_for_many_draws(x):
    logits = torch.linspace(-120, 120, x.numel()).reshape(x.shape).repeat(3, 1, 1).requires_grad_()
    pixels = BernoulliHead()(logits)
    with torch.no_grad():
        unasked = distortion(pixels, x)
    torch.testing.assert_close(unasked, distortion(pixels, x).detach(), rtol=1e-6, atol=1e-5)
    assert torch.equal(logits, torch.linspace(-120, 120, x.numel()).reshape(x.shape).repeat(3, 1, 1))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize(("net", "shape"), [("mlp", (3, 4)), ("conv", (8, 12))])
def test_gradients_reach_every_parameter(name, likelihood, net, shape):
    recipe = dataclasses.replace(RECIPES[name], likelihood=likelihood, net=net, hidden=(8, 6))
    if net == "conv" and recipe.posterior == "codes":
        recipe = dataclasses.replace(recipe, slots=6)
    model, goal = build(recipe, shape), objective(recipe, shape)
    x = torch.rand(5, math.prod(shape), generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, -1, -1]) if recipe.labels else torch.arange(5)
    terms = goal(model, x, torch.Generator().manual_seed(0), labels=labels)
    assert all(term.shape == (5,) and torch.isfinite(term).all() for term in terms.values())
    goal.loss(terms, 1.0).backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


def test_each_pixel_has_a_width_of_its_own_that_never_reaches_zero():
    model = build(Recipe(likelihood="gaussian-pixels", hidden=(8,)), SHAPE)
    with torch.no_grad():
        model.likelihood.net[-1].bias[PIXELS:] = torch.linspace(-200, 5, PIXELS)
    pixels = model.decode(torch.zeros(1, 2))
    assert pixels.event_shape == (PIXELS,)
    assert (pixels.stddev.diff() >= 0).all()
    assert pixels.stddev[0, 0] == LEAST_SIGMA
    assert pixels.stddev[0, -1] > 4
    away = model.decode(torch.full((1, 2), 3.0))
    assert not torch.equal(away.stddev, pixels.stddev)


@pytest.mark.parametrize(("side", "channels"), [(8, (4, 6)), (28, (4, 6)), (32, (4, 6)), (32, (4, 6, 8)), (8, (4, 6, 8))])
@pytest.mark.parametrize("posterior", ["dirac", "gaussian"])
def test_a_convolutional_model_gives_codes_and_pixels(side, channels, posterior):
    model = build(Recipe(net="conv", hidden=channels, posterior=posterior, latent_dim=3), (side, side))
    x = torch.rand(5, side * side)
    assert model.encode(x).mean.shape == (5, 3)
    assert model.reconstruct(x).shape == x.shape
    assert model.decode(torch.zeros(7, 3)).event_shape == (side * side,)


def test_a_convolutional_network_sees_the_image_with_its_rows_and_columns(x):
    net = build(Recipe(net="conv", hidden=(2,)), (4, 6)).posterior.net
    image = torch.zeros(1, 24)
    image[0, 2 * 6 + 5] = 1.0  # row 2, column 5: within the last two columns of stride-2 outputs in row 1
    changed = (net[:2](image) - net[:2](torch.zeros(1, 24))).abs().sum((0, 1)) > 0
    assert changed.nonzero().tolist() == [[1, 2]]


@pytest.mark.parametrize(("shape", "stages"), [((28, 28), 3), ((7, 9), 1)])
def test_an_image_that_cannot_be_halved_gets_a_plain_message(shape, stages):
    with pytest.raises(RecipeError, match=f"{shape[0]} × {shape[1]} pixels cannot be divided by {2**stages}. Use fewer stages"):
        build(Recipe(net="conv", hidden=(4,) * stages), shape)


def test_layers_begin_as_pytorch_bounds_them():
    """Bound 1/√fan_in, where PyTorch counts fan_in over the second dimension of the weights."""
    model = build(Recipe(net="conv", hidden=(16, 32)), (28, 28))
    for layer, _, _ in [*weighted(model.posterior.net), *weighted(model.likelihood.net)]:
        bound = 1 / math.sqrt(torch.nn.init._calculate_fan_in_and_fan_out(layer.weight)[0])
        assert 0.98 * bound < layer.weight.abs().max() <= bound
        assert layer.bias.abs().max() <= bound


def test_free_bits_stop_charging_below_the_floor(model, x):
    q = model.encode(x)
    kl = kl_per_dimension(model, q)
    floor = float(kl.detach().mean(0).median())
    expected = kl.mean(0).clamp(min=floor).sum()
    torch.testing.assert_close(free_bits(floor)(model, q, q.mean).mean(), expected)
    torch.testing.assert_close(free_bits(0.0)(model, q, q.mean), rate(model, q, q.mean))


def test_schedules():
    assert constant(4.0)(0.0) == 4.0
    assert [warm_up(4.0, 10.0)(epoch) for epoch in (0.0, 5.0, 10.0, 99.0)] == [0.0, 2.0, 4.0, 4.0]


def test_beta_zero_without_noise_is_the_autoencoder_s_loss(x):
    vae, ae = build(Recipe(hidden=(8,)), SHAPE), build(Recipe(posterior="dirac", beta=0.0, hidden=(8,)), SHAPE)
    q = vae.encode(x)
    torch.testing.assert_close(q.mean, ae.encode(x).mean)
    noiseless = distortion(vae.decode(q.mean), x)
    torch.testing.assert_close(noiseless, Objective()(ae, x)["distortion"])


def test_aggregated_posterior_is_the_mixture_of_all_posteriors(model, x):
    q = model.encode(x)
    z = draw(q, torch.Generator().manual_seed(0))
    each = Independent(Normal(q.mean[None], q.stddev[None]), 1).log_prob(z[:, None])
    torch.testing.assert_close(log_aggregated(q, z, block=2), each.logsumexp(1) - torch.tensor(5.0).log(), rtol=1e-4, atol=1e-4)


def test_frechet_distance_of_shifted_gaussians_is_the_squared_shift():
    a = torch.randn(500, 6, generator=torch.Generator().manual_seed(0))
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + 2) == pytest.approx(24, rel=1e-5)
