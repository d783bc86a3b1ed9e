"""The maths of the experiments against closed forms and other ways to the same number."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch.distributions import Bernoulli, Independent, MultivariateNormal, Normal

from vae_core.build import build
from vae_core.data import load
from vae_core.distributions import LEAST_SIGMA
from vae_core.experiments import codes, collapse, control, denoise, doubt, elbo, few, mean, nearby, pixels, reader, squeeze, truth
from vae_core.experiments.trained import Trained
from vae_core.metrics import principal_components
from vae_core.model import distortion
from vae_core.recipes import VAE


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    data = load(VAE, tmp_path_factory.mktemp("data"))
    return Trained(VAE, build(VAE, (8, 8)), data)


@pytest.fixture(scope="module")
def one_number(untrained):
    """A model with one latent number whose decoder hears it well: log p(x|z) differs by nats from place to place."""
    recipe = replace(VAE, latent_dim=1)
    model = build(recipe, (8, 8))
    model.likelihood.net[0].weight.data *= 10
    model.posterior.net[0].weight.data *= 3
    return Trained(recipe, model, untrained.data)


def test_the_sum_over_the_line_is_the_mean_over_the_prior(one_number):
    """log p(x) = log E[p(x|z)] over z from the prior, by a million draws."""
    x = one_number.data.test[:5]
    z = torch.randn(1_000_000, 1, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        parts = []
        for some in z.split(50_000):
            pixels = Independent(Bernoulli(logits=elbo.logits_of(one_number.model, some), validate_args=False), 1, validate_args=False)
            parts.append(torch.stack([pixels.log_prob(image) for image in x], 1).logsumexp(0))
        exact = truth.on_the_line(one_number.model, x)["evidence"]
    drawn = torch.stack(parts).logsumexp(0) - math.log(len(z))
    torch.testing.assert_close(exact.float(), drawn, atol=0.01, rtol=0)


def test_what_the_elbo_lacks_is_how_far_the_cloud_is_from_the_true_posterior(one_number):
    with torch.no_grad():
        found = truth.on_the_line(one_number.model, one_number.data.test[:20])
    lacks = found["evidence"] + found["distortion"] + found["rate"]
    assert float(lacks.min()) > 0.01
    torch.testing.assert_close(lacks, found["off"], atol=1e-4, rtol=0)


def test_the_bound_by_one_draw_is_the_elbo_and_it_rises_with_their_number_to_the_truth(one_number):
    x = one_number.data.test[:20]
    with torch.no_grad():
        exact = truth.on_the_line(one_number.model, x)
        bounds = truth.bounds_by_draws(one_number.model, x, torch.Generator().manual_seed(0))
    values = [bounds[f"bound_{count}"] for count in truth.COUNTS]
    assert values == sorted(values)
    assert values[0] == pytest.approx(-float((exact["distortion"] + exact["rate"]).mean()), abs=0.05)
    assert values[-1] == pytest.approx(float(exact["evidence"].mean()), abs=0.02)


def test_the_curves_that_are_drawn_are_densities_of_the_digits_they_are_named_after(one_number):
    data = one_number.data
    with torch.no_grad():
        drawn = truth.curves({"end": one_number.model}, data)
    for digit, image in enumerate(drawn["images"]):
        at = (data.test * 255).round().to(torch.uint8).eq(torch.from_numpy(image)).all(1).nonzero()[0, 0]
        assert data.test_labels[at] == digit
    width = float(drawn["line"][1] - drawn["line"][0])
    for name in ("cloud_end", "posterior_end"):
        assert drawn[name].sum(1) * width == pytest.approx(1, abs=0.02)


def test_lessons_on_the_loss_train_no_run_twice():
    for seed in elbo.EXPERIMENT.seeds:
        few, many = ({recipe.id for recipe in one.recipes(seed).values()} for one in (elbo, mean))
        assert few < many


def test_the_way_of_one_image_adds_up_and_leaves_the_model_alone(untrained):
    before = {name: value.clone() for name, value in untrained.model.state_dict().items()}
    way = elbo.one_image(untrained, untrained.data.test[0], torch.Generator().manual_seed(0))
    total = way.arrays["per_pixel"][0].sum() + way.arrays["per_dimension"][0].sum()
    assert way.numbers["way_before"] == pytest.approx(float(total), rel=1e-5)
    assert way.numbers["way_after"] < way.numbers["way_before"]
    made = way.arrays["mu"] + way.arrays["sigma"] * way.arrays["noise"]
    torch.testing.assert_close(torch.from_numpy(made), torch.from_numpy(way.arrays["z"]))
    for name, value in untrained.model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_of_the_two_terms_the_draw_moves_the_first_alone(untrained):
    x = untrained.data.test[:30]
    found = elbo.scattered(untrained, x, torch.Generator().manual_seed(0))
    generator, q = torch.Generator().manual_seed(0), untrained.cloud(x)
    with torch.no_grad():
        codes = [q.mean + q.stddev * torch.empty_like(q.mean).normal_(generator=generator) for _ in range(elbo.DRAWS)]
        costs = torch.stack([-untrained.model.decode(z).log_prob(x) for z in codes])
    assert found["scatter"] == pytest.approx(float(costs.std(0).mean()), rel=1e-3)
    assert found["scatter"] > 0
    assert found["rate_scatter"] == 0


def minus_elbo(weights, eigenvalues, price, beta_sigma):
    """The loss over β of a linear VAE with its best encoder, in the principal axes: one weight an eigenvalue; (d,) terms, summed."""
    variance = price / (weights**2 + price)  # the true posterior, which a linear encoder can be
    mean_square = (weights / (weights**2 + price)) ** 2 * eigenvalues
    rebuilt = eigenvalues * (1 - weights**2 / (weights**2 + price)) ** 2 + weights**2 * variance
    return (rebuilt / (2 * beta_sigma) + 0.5 * (mean_square + variance - 1 - variance.log())).sum()


@pytest.mark.parametrize("price", [0.05, 0.3, 0.9])
def test_linear_theory_is_where_gradient_descent_ends(price):
    eigenvalues = torch.tensor([0.8, 0.5, 0.2, 0.04], dtype=torch.float64)
    weights = torch.full((4,), 0.3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.01)
    for _ in range(4000):
        optimizer.zero_grad()
        minus_elbo(weights, eigenvalues, price, price).backward()
        optimizer.step()
    found = weights.detach() ** 2
    torch.testing.assert_close(found, (eigenvalues - price).clamp(min=0), atol=5e-3, rtol=0)
    said = collapse.theory(eigenvalues, price)
    assert said["active"] == float((found > 0.02).sum())
    assert said["rate"] == pytest.approx(0.5 * float(((found + price) / price).log().sum()), abs=0.02)


def test_the_linear_filter_is_the_posterior_mean_of_a_gaussian():
    """For Gaussian data no filter is better: the error is the trace of C - C (C + σ² I)⁻¹ C."""
    generator = torch.Generator().manual_seed(0)
    root = torch.randn(4, 4, generator=generator) * 0.3
    covariance = root @ root.T + 0.05 * torch.eye(4)
    data = MultivariateNormal(torch.full((4,), 0.5), covariance)
    torch.manual_seed(0)
    train, test = data.sample((20_000,)), data.sample((20_000,))
    noisy = test + 0.4 * torch.randn(test.shape, generator=generator)
    error = (denoise.linear(noisy, train, 0.4) - test).square().sum(1).mean()
    best = (covariance - covariance @ torch.linalg.solve(covariance + 0.16 * torch.eye(4), covariance)).trace()
    assert float(error) == pytest.approx(float(best), rel=0.02)


def test_a_step_aside_costs_half_the_curvature_where_the_cost_is_a_parabola(untrained):
    """For a linear decoder with a Gaussian likelihood, by autograd: the mean of up and down is ASIDE² / 2 times the second derivative."""
    recipe = replace(VAE, likelihood="gaussian", hidden=())
    linear = Trained(recipe, build(recipe, (8, 8)), untrained.data)
    z, x = torch.tensor([[0.3, -0.7]]), untrained.data.test[:1]
    curvature = torch.autograd.functional.hessian(lambda code: distortion(linear.model.decode(code[None]), x).sum(), z[0]).diagonal()
    torch.testing.assert_close(doubt.steepness(linear, x, z)[0], curvature * doubt.ASIDE**2 / 2, rtol=1e-3, atol=1e-4)


def test_the_search_for_the_best_cloud_ends_at_the_prior_where_the_code_says_nothing(untrained):
    silent = copy.deepcopy(untrained)
    for layer in silent.model.likelihood.net[:1]:
        torch.nn.init.zeros_(layer.weight)
    middle, width = doubt.best_cloud(silent, silent.data.test[:5], torch.Generator().manual_seed(0))
    torch.testing.assert_close(middle, torch.zeros(5, 2), atol=0.02, rtol=0)
    torch.testing.assert_close(width, torch.ones(5, 2), atol=0.02, rtol=0)


def test_the_best_cloud_is_as_narrow_as_the_cost_bends(untrained):
    """The formula of the page, 1/σ² = 1 + E[∂²/∂z² (-log p(x|z))], with that mean from draws alone (Stein's lemma)."""
    sharp = copy.deepcopy(untrained)
    sharp.model.likelihood.net[0].weight.data *= 8
    x, generator = sharp.data.test[:20], torch.Generator().manual_seed(0)
    middle, width = doubt.best_cloud(sharp, x, generator)
    noise = torch.randn(4000, *middle.shape, generator=generator)
    with torch.no_grad():
        cost = torch.stack([distortion(sharp.model.decode(middle + width * one), x) for one in noise])
    bends = ((cost - cost.mean(0))[..., None] * (noise.square() - 1)).mean(0) / width.square()
    narrow = width.pow(-2).mean()
    assert narrow > 1.2
    assert float(narrow) == pytest.approx(float(1 + bends.mean()), rel=0.1)


def test_dimensions_in_use_are_those_that_the_model_pays_for(untrained):
    def known(*widths):
        made = copy.deepcopy(untrained)
        made.model.encode = lambda x: Independent(Normal(torch.zeros(len(x), 2), torch.tensor(widths)), 1)
        return doubt.in_use(made).tolist()

    assert known(1.0, 0.1) == [False, True]
    assert known(0.1, 0.1) == known(1.0, 1.0) == [True, True]


def test_a_sigma_for_each_place_serves_the_training_images_best(untrained):
    recipe = replace(VAE, likelihood="gaussian-learned")
    one = Trained(recipe, build(recipe, (8, 8)), untrained.data)
    x = one.data.train
    mean, sigma, _ = pixels.answer(one, x, 0)
    best = pixels.by_place(one, 0)
    assert best.shape == (64,)
    assert best.min() == pytest.approx(LEAST_SIGMA)
    wide = best[best > LEAST_SIGMA]
    for other in (1.1 * best, 0.9 * best.where(best > LEAST_SIGMA, best / 0.9), torch.full_like(best, float(wide.mean())), sigma):
        assert pixels.likely(x, mean, best) > pixels.likely(x, mean, other)


def test_shades_are_those_of_the_pixels_nearest_to_them():
    mean = torch.linspace(0, 1, 200).view(2, 100)
    assert pixels.at_shade(mean, mean, 0.0) == pytest.approx(float(mean.flatten()[:4].mean()))
    assert pixels.at_shade(mean, mean, 1.0) == pytest.approx(float(mean.flatten()[-4:].mean()))
    assert pixels.at_shade(mean, mean, 0.5) == pytest.approx(0.5, abs=0.01)


def test_a_walk_begins_and_ends_with_what_the_model_rebuilds(untrained):
    x = untrained.data.test[:6]
    partner = torch.tensor([3, 4, 5, 0, 1, 2])
    rebuilt = untrained.reconstruct(x)
    stops = nearby.walk(untrained, x, partner)
    assert len(stops) == nearby.STOPS
    torch.testing.assert_close(stops[0], rebuilt)
    torch.testing.assert_close(stops[-1], rebuilt[partner])
    faded = nearby.walk(None, x, partner)
    torch.testing.assert_close(faded[nearby.HALF], (x + x[partner]) / 2)


def test_test_images_are_the_measure_of_quality_and_training_images_lie_on_themselves(untrained):
    data = untrained.data
    told = nearby.quality(data.test, data)
    assert (told["near"], told["sharp"]) == (1.0, 1.0)
    assert 0.9 < told["sure"] < 1
    assert nearby.quality(data.train, data)["near"] == pytest.approx(0, abs=1e-3)
    grey = nearby.quality(torch.full((3, 64), 0.3), data)
    assert grey["sharp"] == pytest.approx(0, abs=1e-9)
    assert grey["near"] > 1


def test_a_third_digit_counts_only_if_all_votes_agree(untrained):
    """Each image half way is a known training digit of another label; among mixtures the reader is not sure."""
    data = untrained.data
    count = len(data.test)
    partner = torch.arange(count).roll(1)
    third = torch.stack(
        [
            data.train[(data.train_labels != one) & (data.train_labels != other)][0]
            for one, other in zip(data.test_labels, data.test_labels[partner], strict=True)
        ]
    )
    votes = reader.votes(third, data.train, data.train_labels)
    agreed = (votes == votes[:, :1]).all(1)
    differ = data.test_labels != data.test_labels[partner]
    wrong = (votes[:, 0] != data.test_labels) & (votes[:, 0] != data.test_labels[partner])
    found = nearby.along([third] * nearby.STOPS, partner, torch.arange(2), data)
    assert found.numbers["third"] == pytest.approx(float((agreed & wrong)[differ].float().mean()))
    assert nearby.along([data.test] * nearby.STOPS, partner, torch.arange(2), data).numbers["third"] < 0.05


def test_the_nearest_known_images_vote():
    known = torch.tensor([[0.0], [0.1], [0.2], [0.3], [0.4], [9.0]])
    labels = torch.tensor([1, 1, 1, 2, 2, 3])
    assert reader.votes(torch.tensor([[0.0]]), known, labels).tolist() == [[1, 1, 1, 2, 2]]


def test_a_walk_along_an_axis_moves_that_number_alone(untrained):
    codes = torch.tensor([[0.3, -0.7], [1.1, 0.4]])
    images = control.walk(untrained, codes)
    for axis in range(2):
        for stop, place in enumerate(torch.linspace(-control.REACH, control.REACH, control.STOPS)):
            moved = codes.clone()
            moved[:, axis] = place
            with torch.no_grad():
                torch.testing.assert_close(images[axis, :, stop], untrained.model.image(moved))


def test_along_an_axis_that_the_decoder_does_not_hear_the_digit_stays(untrained):
    deaf = copy.deepcopy(untrained)
    deaf.model.likelihood.net[0].weight.data[:, 1] = 0
    deaf.model.likelihood.net[0].weight.data[:, 0] *= 40
    told = control.along(deaf)
    assert told.numbers["kept_1"] < told.numbers["kept_2"] == 1
    assert (told.arrays["walks"][1] == told.arrays["walks"][1][:, :1]).all()


@pytest.mark.parametrize("widths, used, kept", [((1.0, 0.1), 1, "kept_2"), ((0.1, 1.0), 1, "kept_1"), ((1.0, 1.0), 0, "mean")])
def test_walks_count_along_axes_that_the_model_pays_for(untrained, widths, used, kept):
    """Clouds of known widths about the origin pay for the narrow axes alone; the decoder hears the first only, where the digit changes."""
    known = copy.deepcopy(untrained)
    known.model.likelihood.net[0].weight.data[:, 1] = 0
    known.model.likelihood.net[0].weight.data[:, 0] *= 40
    known.model.encode = lambda x: Independent(Normal(torch.zeros(len(x), 2), torch.tensor(widths)), 1)
    told = control.along(known).numbers
    assert told["used"] == used
    assert told["kept"] == pytest.approx(told[kept] if kept in told else (told["kept_1"] + told["kept_2"]) / 2)


def test_draws_have_the_mean_and_the_covariance_of_the_codes():
    generator = torch.Generator().manual_seed(0)
    codes = torch.randn(500, 3, generator=generator) @ torch.tensor([[1.0, 0.5, 0.0], [0.0, 0.3, 0.2], [0.0, 0.0, 2.0]]) + 4
    drawn = control.gaussian(codes, torch.randn(200_000, 3, generator=generator))
    torch.testing.assert_close(drawn.mean(0), codes.mean(0), atol=0.02, rtol=0)
    torch.testing.assert_close(torch.cov(drawn.T), torch.cov(codes.T), atol=0.03, rtol=0.02)


def test_groups_match_labels_that_lie_apart_and_not_labels_by_lot():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(600) % few.GROUPS
    apart = 50 * torch.eye(few.GROUPS)[labels] + torch.randn(600, few.GROUPS, generator=generator)
    assert few.clusters(apart[:300], apart[300:], labels[300:], 0) == 1
    by_lot = labels[300:][torch.randperm(300, generator=generator)]
    assert few.clusters(apart[:300], apart[300:], by_lot, 0) == pytest.approx(0, abs=0.03)


def test_a_vote_is_wrong_where_most_of_the_nearest_say_another_label():
    known, labels = torch.tensor([[0.0], [0.1], [0.2], [0.3], [0.4], [9.0]]), torch.tensor([1, 1, 1, 2, 2, 3])
    assert few.voted_wrong(known, labels, torch.zeros(4, 1), torch.tensor([1, 1, 1, 2])) == 0.25


def test_all_patterns_give_an_image_back_and_none_the_mean_image(untrained):
    data = untrained.data
    mean, basis = principal_components(data.train, data.train.shape[1])
    torch.testing.assert_close(squeeze.projection(data.test, mean, basis), data.test, atol=1e-4, rtol=0)
    torch.testing.assert_close(squeeze.projection(data.test, mean, basis[:, :0]), mean.expand_as(data.test), atol=1e-6, rtol=0)


def test_what_is_compared_differs_in_one_setting():
    found = squeeze.recipes(0)
    assert replace(found["long"], epochs=squeeze.EPOCHS) == found["d32"]
    assert found["long"].epochs > squeeze.EPOCHS
    found = codes.recipes(0)
    assert replace(found["cheap"], beta=1.0) == found["vae"]
    assert found["cheap"].beta < 1
