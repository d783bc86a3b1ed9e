"""Every preset is a whole model: one test for all of them; then the maths of the parts."""

import dataclasses
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal, kl_divergence

from vae_core import wire
from vae_core.build import build, objective
from vae_core.checkpoint import load, save
from vae_core.corruptions import bernoulli, gaussian_noise, in_turn, mask_pixels, mask_square, threshold
from vae_core.data import load as load_data
from vae_core.distributions import diagonal, draw
from vae_core.fitted import Fitted
from vae_core.flow import FlowHead, FlowPrior
from vae_core.information import information, rate_per_dimension
from vae_core.metrics import gaussian_kl, measure
from vae_core.mixture import Mixture, choose
from vae_core.objective import Batch, constant, cyclical, divergence, free_bits, rate
from vae_core.priors import StandardNormal
from vae_core.recipes import PRESETS, RECIPES, Recipe, RecipeError, pair
from vae_core.regularizers import PULLS, capacity, contraction, squared_mmd, total_correlation
from vae_core.training import Diverged, Training, train

SHAPE, PIXELS = (4, 6), 24


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x():
    return torch.rand(6, PIXELS, generator=seeded())


def small(name, **changes):
    return dataclasses.replace(RECIPES[name], hidden=(24,), epochs=12, latent_dim=3, components=4, train_size=600, **changes)


@pytest.mark.parametrize("name", RECIPES)
def test_a_preset_is_a_whole_model(name, tmp_path):
    recipe = small(name)
    data = load_data(recipe, Path("data"))
    training = Training(recipe, data)
    first = training.frame()
    untrained = {key: value.clone() for key, value in training.model.named_parameters()}
    while training.step < training.total_steps:
        training.advance()
    last = training.frame()

    assert all(math.isfinite(value) for value in (*last.train.values(), *last.test.values()))
    assert last.test["loss"] < first.test["loss"]
    assert last.test["distortion"] < first.test["distortion"] - 1
    assert last.kl.shape == (recipe.numbers,)
    assert np.isfinite(last.kl).all()
    for key, parameter in training.model.named_parameters():
        assert parameter.grad.abs().sum() > 0, key
        assert not torch.equal(parameter, untrained[key]), key

    again = list(train(recipe, data))
    assert (again[-1].test, again[-1].train) == (last.test, last.train)
    assert np.array_equal(again[-1].samples, last.samples)

    save(training.model, recipe, tmp_path)
    model, loaded = load(tmp_path, data.probe.shape)
    assert loaded == recipe
    noise = torch.randn(50, model.prior.noise_dim, generator=seeded())
    with torch.inference_mode():
        assert torch.equal(model.generate(noise), training.model.generate(noise))
        assert torch.equal(model.reconstruct(data.test), training.model.reconstruct(data.test))

    fork = Training(dataclasses.replace(recipe, parent="x", parent_frame=1), data, training.weights())
    for key, value in fork.model.state_dict().items():
        torch.testing.assert_close(value, training.model.state_dict()[key], rtol=1e-3, atol=1e-3, msg=key)

    meta, arrays = wire.unpack(training.weights())
    json.dumps(meta, allow_nan=False)
    assert ("prior.samples" in arrays) == (recipe.prior != "normal" or recipe.posterior == "codes")
    figures = measure(training.model, data, recipe)
    bounded = recipe.posterior != "dirac" and recipe.prior != "staged"
    assert all((figures[key] is not None) == bounded for key in ("elbo", "rate"))
    assert (figures["iw_bound"] is not None) == (bounded and recipe.posterior != "codes")
    assert figures["frechet"] is not None
    if figures["iw_bound"] is not None:
        assert figures["elbo"] < figures["iw_bound"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_preset_says_what_it_changes(name):
    words, recipe = PRESETS[name]
    assert words.endswith(".")
    assert recipe.kind
    for one in pair(recipe):
        one.validate()


def test_kinds_tell_presets_apart():
    assert len({recipe.kind for recipe in RECIPES.values()}) == len(RECIPES)


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
@pytest.mark.parametrize("name", ["mixture", "vamp", "flow", "fitted-gmm", "normal"])
def test_samples_come_from_the_declared_density(name, latent_dim):
    """Samples of p, weighed by N/p for a Gaussian N that is narrower than they are, must be those of N: mass one, and N's own mean."""
    prior = build(Recipe(prior=name, components=3, latent_dim=latent_dim, hidden=(8,)), SHAPE).prior
    if isinstance(prior, Fitted):
        codes = torch.randn(900, latent_dim, generator=seeded()) + torch.tensor([-1.0, 0.0, 1.0]).repeat(300)[:, None]
        prior.fit(codes[:600], codes[600:])
    if isinstance(prior, Mixture):
        torch.nn.init.uniform_(prior.log_scale, -1, 0.5, generator=seeded())
        torch.nn.init.uniform_(prior.logits, -1, 1, generator=seeded(1))
    with torch.no_grad():
        z = prior.transport(torch.randn(20_000, latent_dim, generator=seeded(1)))
        density = prior.density()
        narrow = MultivariateNormal(z.mean(0), 0.25 * torch.cov(z.T).reshape(latent_dim, latent_dim))
        weight = (narrow.log_prob(z) - density.log_prob(z)).exp()
    error = float(weight.std() / math.sqrt(len(z)))
    assert float(weight.mean()) == pytest.approx(1.0, abs=5 * error + 1e-3)
    moved = float(((z[:, 0] - z[:, 0].mean()) * weight).mean())
    assert moved == pytest.approx(0.0, abs=5 * float((z[:, 0] * weight).std()) / math.sqrt(len(z)) + 1e-3)


def test_a_mixture_of_one_standard_component_is_the_standard_normal():
    one, standard = Mixture(3, 1), StandardNormal(3)
    torch.nn.init.zeros_(one.mean)
    z = torch.randn(200, 3, generator=seeded())
    torch.testing.assert_close(one().log_prob(z), standard().log_prob(z))
    torch.testing.assert_close(one.transport(z), standard.transport(z), rtol=1e-4, atol=1e-5)


def test_noise_chooses_components_by_their_weights_and_stays_standard_normal():
    weights = torch.tensor([0.5, 0.0, 0.2, 0.3, 0.0])
    part, rest = choose(weights.log(), torch.randn(50_000, 2, generator=seeded()))
    assert (part.bincount(minlength=5) / len(part)).tolist() == pytest.approx(weights.tolist(), abs=0.01)
    for k in (0, 2, 3):
        own = rest[part == k]
        assert own.mean(0).tolist() == pytest.approx([0, 0], abs=0.04)
        assert own.std(0).tolist() == pytest.approx([1, 1], abs=0.03)


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_a_flow_s_density_is_that_of_autograd_s_jacobian(latent_dim):
    head, prior = FlowHead(latent_dim).double(), FlowPrior(latent_dim).double()
    h = torch.randn(4, 2 * latent_dim, generator=seeded(), dtype=torch.float64)
    noise = torch.randn(4, latent_dim, generator=seeded(1), dtype=torch.float64)
    for i in range(4):
        bent = head(h[i : i + 1])
        for density, at in ((bent.log_prob, bent.at), (prior().log_prob, prior.transport)):
            jacobian = torch.autograd.functional.jacobian(lambda e, at=at: at(e[None])[0], noise[i])
            expected = Normal(0.0, 1.0).log_prob(noise[i]).sum() - jacobian.slogdet().logabsdet
            z = at(noise[i : i + 1])
            for code in (z, z.clone()):  # as just drawn, and as any other code
                torch.testing.assert_close(density(code)[0], expected.double(), rtol=1e-5, atol=1e-5)


def test_a_flow_posterior_s_moments_are_those_of_its_samples():
    torch.manual_seed(0)
    q = FlowHead(2)(torch.randn(3, 4, generator=seeded()))
    z = torch.stack([draw(q, seeded(seed)) for seed in range(4000)]).detach()
    torch.testing.assert_close(q.mean.detach(), z.mean(0), rtol=0, atol=0.3 * float(z.std(0).max()))
    torch.testing.assert_close(q.stddev.detach(), z.std(0), rtol=0.35, atol=0)


def test_importing_the_flows_leaves_argument_checks_on():
    with pytest.raises(ValueError, match="scale"):
        Normal(0.0, -1.0)
    assert Distribution._validate_args


def test_the_rate_in_closed_form_equals_monte_carlo():
    q = diagonal(torch.tensor([[0.5, -1.0]]), torch.tensor([[0.3, 1.5]]))
    p = diagonal(torch.zeros(2), torch.ones(2))
    mixed = Mixture(2, 1)
    torch.nn.init.zeros_(mixed.mean)
    z = draw(q.expand((40_000,)), seeded())
    closed = divergence(q, p, z[:1])
    torch.testing.assert_close(closed, kl_divergence(q.base_dist, p.base_dist).sum(-1))
    sampled = divergence(q, mixed(), z).detach()
    assert float(sampled.mean()) == pytest.approx(float(closed), abs=5 * float(sampled.std()) / 200)


def test_the_vamp_prior_is_the_mixture_of_the_encoder_s_clouds_and_its_weights_stand_once(x):
    model = build(Recipe(prior="vamp", components=5, hidden=(8,)), SHAPE)
    names = [name for name, _ in model.named_parameters()]
    assert [name for name in names if name.startswith("prior")] == ["prior.pseudo_inputs"]
    q = model.encode(model.prior.pseudo_inputs)
    z = torch.randn(7, 2, generator=seeded())
    each = Independent(Normal(q.mean[None], q.stddev[None]), 1).log_prob(z[:, None])
    torch.testing.assert_close(model.prior().log_prob(z), each.logsumexp(1) - math.log(5))


def test_a_fitted_mixture_chooses_as_many_components_as_the_codes_have():
    centres = torch.tensor([[-6.0, 0.0], [6.0, 0.0], [0.0, 6.0], [0.0, -6.0], [0.0, 0.0]])
    codes = centres.repeat(100, 1) + torch.randn(500, 2, generator=seeded())
    prior = Fitted(2, 20)
    prior.fit(codes[:400], codes[400:])
    assert int((prior.weights > 0).sum()) == 5
    assert torch.cdist(prior.mean[:5], centres).min(0).values.max() < 0.5
    near = torch.cdist(prior.transport(torch.randn(1000, 2, generator=seeded())), centres).argmin(1).bincount()
    assert (near / 1000).tolist() == pytest.approx([0.2] * 5, abs=0.05)


@pytest.mark.parametrize("name", ["AE + GMM", "Two-stage VAE", "Flow posterior"])
def test_a_run_without_numbers_ends_with_its_own_message(name):
    recipe = small(name)
    training = Training(recipe, load_data(recipe, Path("data")))
    torch.nn.init.constant_(training.model.posterior.net[-1].bias, math.nan)
    with pytest.raises(Diverged, match="stopped being a number"):
        training.frame()


def test_the_second_stage_sends_no_gradient_to_the_first(x):
    recipe = Recipe(prior="staged", hidden=(8,), beta=0.0)
    model = build(recipe, SHAPE)
    terms = objective(recipe, SHAPE)(model, x, seeded())
    terms["second_stage"].mean().backward()
    assert all(parameter.grad is None for parameter in (*model.posterior.parameters(), *model.likelihood.parameters()))
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.prior.parameters())


@pytest.mark.parametrize("name", PULLS)
def test_mmd_is_the_mean_over_pairs(name):
    a, b = torch.randn(9, 3, generator=seeded()), torch.randn(9, 3, generator=seeded(1)) + 1

    def k(one, other):
        return float(PULLS[name]((one - other).square().sum(), 3))

    pairs = [(i, j) for i in range(9) for j in range(9) if i != j]
    brute = sum(k(a[i], a[j]) + k(b[i], b[j]) - k(a[i], b[j]) - k(a[j], b[i]) for i, j in pairs) / len(pairs)
    assert float(squared_mmd(a, b, PULLS[name])) == pytest.approx(brute, abs=1e-5)


@pytest.mark.parametrize("name", PULLS)
def test_mmd_is_zero_for_equal_samples_and_grows_with_the_distance(name):
    a = torch.randn(1000, 2, generator=seeded())
    b = torch.randn(1000, 2, generator=seeded(1))
    assert float(squared_mmd(a, a, PULLS[name])) == pytest.approx(0, abs=1e-5)
    distances = [float(squared_mmd(a, b + shift, PULLS[name])) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert abs(distances[0]) < 0.01
    assert distances == sorted(distances)
    assert float(squared_mmd(a[:1], b[:1], PULLS[name])) == 0


def test_total_correlation_is_zero_for_independent_dimensions_and_not_for_tied_ones():
    n = 400
    free = torch.randn(n, 2, generator=seeded())
    tied = free[:, :1].expand(n, 2)
    values = []
    for mean in (free, tied):
        q = diagonal(mean, torch.full_like(mean, 0.3))
        z = draw(q, seeded(1))
        values.append(float(total_correlation(None, q, z, Batch(z, None, 0.0)).mean()))
    # For a Gaussian with correlation r: -log(1 - r²)/2, r = 1/(1 + 0.3²).
    assert values[0] == pytest.approx(0, abs=0.1)
    assert values[1] == pytest.approx(-0.5 * math.log(1 - 1 / 1.09**2), rel=0.15)


def test_contraction_is_the_squared_norm_of_the_jacobian(x):
    model = build(Recipe(posterior="dirac", beta=0.0, hidden=(16,)), SHAPE)
    one = x[:1]
    exact = torch.autograd.functional.jacobian(lambda pixels: model.encode(pixels).mean, one).square().sum()
    many = one.expand(20_000, -1)
    q = model.encode(many)
    estimate = contraction(model, q, q.mean, Batch(many, seeded(), 0.0))
    assert float(estimate.detach().mean()) == pytest.approx(float(exact), rel=0.05)


def test_capacity_charges_the_distance_of_the_rate_from_a_growing_aim(x):
    model = build(Recipe(hidden=(8,)), SHAPE)
    q = model.encode(x)
    paid = float(rate(model, q, q.mean).mean().detach())
    for epoch, aim in ((0.0, 0.0), (5.0, 3.0), (10.0, 6.0), (math.inf, 6.0)):
        gap = capacity(6.0, 10.0)(model, q, q.mean, Batch(x, None, epoch))
        assert gap.tolist() == pytest.approx([abs(paid - aim)] * len(x))
    assert capacity(6.0, 0.0)(model, q, q.mean, Batch(x, None, 0.0)).tolist() == pytest.approx([6.0 - paid] * len(x))


def test_beta_rises_and_rests_in_each_cycle():
    weight = cyclical(2.0, 4, 40.0)
    assert [weight(epoch) for epoch in (0.0, 2.5, 5.0, 9.9, 10.0, 12.5, 39.0, 40.0, math.inf)] == [0, 1, 2, 2, 0, 1, 2, 2, 2]


def test_free_bits_of_a_learned_prior_are_a_floor_on_the_whole_rate(x):
    model = build(Recipe(prior="mixture", hidden=(8,)), SHAPE)
    q = model.encode(x)
    z = draw(q, seeded())
    paid = rate(model, q, z).detach()
    high = float(paid.mean()) + 1
    torch.testing.assert_close(free_bits(high / 2)(model, q, z), torch.full((6,), high))
    torch.testing.assert_close(free_bits(high / 2 - 1)(model, q, z).detach(), paid)


def test_a_dimension_s_information_is_what_its_draws_tell():
    mean = torch.stack([torch.zeros(200), 100.0 * torch.arange(200), torch.randn(200, generator=seeded())], 1)
    told = information(mean, torch.ones(200, 3), seeded(1))
    # nothing; all of it, log 200; a Gaussian channel of signal 1 and noise 1, log(2)/2
    assert told.tolist() == pytest.approx([0, math.log(200), math.log(2) / 2], abs=0.08)


@pytest.mark.parametrize(
    ("name", "measure"), [("VAE", "kl"), ("AE", "kl"), ("Flow prior", "information"), ("Flow posterior", "information")]
)
def test_frames_say_which_figure_a_dimension_has(name, measure, x):
    model = build(small(name), SHAPE)
    with torch.no_grad():
        assert rate_per_dimension(model, model.encode(x), seeded())[1] == measure


def test_beta_zero_without_noise_is_the_autoencoder_s_loss(x):
    vae, ae = build(Recipe(beta=0.0, hidden=(8,)), SHAPE), build(Recipe(posterior="dirac", beta=0.0, hidden=(8,)), SHAPE)
    last = vae.posterior.net[-1]
    with torch.no_grad():
        last.weight[2:] = 0
        last.bias[2:] = -100  # σ = e^-7.5, the least there is
    goals = [objective(Recipe(beta=0.0), SHAPE), objective(Recipe(posterior="dirac", beta=0.0), SHAPE)]
    losses = [goal.loss(goal(model, x, seeded()), 1.0) for goal, model in zip(goals, (vae, ae), strict=True)]
    torch.testing.assert_close(losses[0], losses[1], rtol=1e-4, atol=1e-4)


def test_masks_paint_out_their_share_and_leave_the_target(x):
    ones = torch.ones(500, PIXELS)
    for corrupt in (mask_pixels(0.5), mask_square(0.5, SHAPE)):
        seen = corrupt(ones, seeded())
        assert set(seen.unique().tolist()) == {0.0, 1.0}
        assert float((seen == 0).float().mean()) == pytest.approx(0.5, abs=0.03)
        assert torch.equal(ones, torch.ones(500, PIXELS))
    patch = mask_square(0.25, SHAPE)(ones, seeded()).view(-1, *SHAPE)[0] == 0
    rows, columns = patch.any(1), patch.any(0)
    assert (int(rows.sum()), int(columns.sum())) == (2, 3)
    assert torch.equal(patch, rows[:, None] & columns[None])
    both = in_turn(mask_pixels(1.0), gaussian_noise(0.1))(ones, seeded())
    assert float(both.mean().abs()) < 0.01 < float(both.std())


def test_binarized_images_are_zero_or_one_and_as_bright_as_the_grey_ones():
    grey = torch.full((2000, 3), 0.3)
    drawn = bernoulli(grey, seeded())
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert float(drawn.mean()) == pytest.approx(0.3, abs=0.03)
    assert torch.equal(bernoulli(drawn, seeded(1)), drawn)
    assert threshold(torch.tensor([0.2, 0.5, 0.7])).tolist() == [0, 0, 1]


def test_the_first_images_are_drawn_as_they_are_in_a_longer_row():
    grey = torch.rand(3000, 784, generator=seeded())
    assert torch.equal(bernoulli(grey, seeded())[:2000], bernoulli(grey[:2000], seeded()))


@pytest.mark.parametrize("how", ["dynamic", "threshold"])
def test_a_binarized_run_is_judged_on_the_images_that_it_shows(how):
    recipe = small("VAE", binarize=how)
    data = load_data(recipe, Path("data"))
    assert set(data.test.unique().tolist()) == set(data.validation.unique().tolist()) == {0.0, 1.0}
    assert np.array_equal(data.probe.images, (data.test * 255).byte().numpy())
    assert (set(data.train.unique().tolist()) == {0.0, 1.0}) == (how == "threshold")
    assert set(Training(recipe, data).feed().x.unique().tolist()) == {0.0, 1.0}


def test_moments_of_the_prior_enter_the_mismatch():
    m, s = torch.tensor([1.0, 0.0]).double(), torch.diag(torch.tensor([4.0, 1.0])).double()
    zero, one = torch.zeros(2).double(), torch.eye(2).double()
    expected = float(kl_divergence(MultivariateNormal(m, s), MultivariateNormal(zero, one)))
    assert gaussian_kl(m, s, zero, one) == pytest.approx(expected)
    assert gaussian_kl(m, s, m, s) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"prior": "vamp", "posterior": "flow"}, "VampPrior"),
        ({"prior": "flow", "posterior": "dirac"}, "learned prior"),
        ({"prior": "mixture", "beta": 0}, "learned prior"),
        ({"prior": "fitted-gmm", "components": 51}, "at most 50"),
        ({"prior": "staged", "mmd": 1}, "one of the two"),
        ({"posterior": "dirac", "tc": 1}, "needs a VAE"),
        ({"posterior": "dirac", "capacity": 1}, "needs a VAE"),
        ({"posterior": "flow", "tc": 1}, "Gaussian clouds"),
        ({"cycles": 2, "warmup": 2}, "either"),
        ({"capacity": 2, "free_bits": 2}, "free nats"),
        ({"capacity": 2, "cycles": 2}, "cycles"),
        ({"capacity": 2, "beta": 0}, "above 0"),
        ({"mmd": 2, "batch_size": 1}, "batch size"),
        ({"data": "cities", "likelihood": "gaussian", "binarize": "dynamic"}, "black or white"),
        ({"data": "cities", "likelihood": "gaussian", "mask": 0.5, "mask_shape": "square"}, "coordinates"),
        ({"prior": "uniform"}, "Prior"),
    ],
)
def test_senseless_combinations_get_a_plain_message(values, word):
    with pytest.raises(RecipeError, match=word):
        Recipe.from_dict(values)


def test_parts_may_be_combined():
    """A flow posterior with each prior that allows it, MMD with learned priors, masks with everything: one update each."""
    data = load_data(Recipe(), Path("data"))
    parts = itertools.product(
        ("normal", "mixture", "flow", "fitted-gmm", "staged"), ({"mmd": 10.0}, {"free_bits": 0.5}, {"contractive": 0.1})
    )
    for prior, extra in parts:
        if prior in ("fitted-gmm", "staged") and "mmd" in extra:
            continue
        recipe = Recipe(posterior="flow", prior=prior, hidden=(8,), mask=0.2, mask_shape="square", components=3, **extra)
        recipe.validate()
        training = Training(recipe, data)
        training.advance()
        loss = training.objective.loss(training.objective(training.model, data.test, seeded(), 1.0), 1.0)
        assert math.isfinite(float(loss.detach())), (prior, extra)


def test_constant_weights_enter_the_loss_as_they_are(x):
    recipe = Recipe(tc=3.0, mmd=5.0, beta=2.0, contractive=0.5, hidden=(8,))
    goal, model = objective(recipe, SHAPE), build(recipe, SHAPE)
    terms = {name: term.mean() for name, term in goal(model, x, seeded(), 1.0).items()}
    expected = terms["distortion"] + 2 * terms["rate"] + 3 * terms["tc"] + 5 * terms["mmd"] + 0.5 * terms["contractive"]
    torch.testing.assert_close(goal.weigh(terms), expected)
    assert constant(3.0)(math.inf) == 3.0
