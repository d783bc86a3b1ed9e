"""A Gaussian over the weights: its KL, and the local reparameterization against weights that were really drawn."""

import pytest
import torch
from torch.distributions import Normal
from torch.func import functional_call

from vae_core.bayesian import WeightPosterior
from vae_core.nets import conv_decoder, initialise, mlp

NETS = {"mlp": lambda: mlp([3, 5, 4]), "conv": lambda: conv_decoder(2, (2, 3), (4, 8))}


def made(name):
    net = NETS[name]()
    initialise(net, 0)
    weights = WeightPosterior(net)
    with torch.no_grad():
        for parameter in weights.parameters():
            parameter.add_(torch.rand(parameter.shape, generator=torch.Generator().manual_seed(1)))
    return net, weights


@pytest.mark.parametrize("name", NETS)
def test_the_kl_of_the_weights_matches_samples(name):
    net, weights = made(name)
    generator, total = torch.Generator().manual_seed(0), []
    for _ in range(400):
        drawn = weights.draw(net, generator)
        q = sum(Normal(mean, weights.sigma(key)).log_prob(drawn[key]).sum() for key, mean in net.named_parameters())
        p = sum(Normal(0, weights.scales[key]).log_prob(drawn[key]).sum() for key in drawn)
        total.append(q - p)
    total = torch.stack(total).detach()
    assert float(total.mean()) == pytest.approx(float(weights.kl(net).detach()), abs=5 * float(total.std()) / 400**0.5)


def test_the_kl_is_zero_at_the_prior():
    net, weights = made("mlp")
    with torch.no_grad():
        for key, mean in net.named_parameters():
            mean.zero_()
            weights.log_sigma[key.replace(".", "_")].fill_(torch.tensor(weights.scales[key]).log())
    assert float(weights.kl(net).detach()) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("name", "place"), [("mlp", 0), ("mlp", 2), ("conv", 0), ("conv", 5)])
@torch.no_grad()
def test_drawing_what_a_layer_gives_is_like_drawing_its_weights(name, place):
    net, weights = made(name)
    layer, generator, draws = net[place], torch.Generator().manual_seed(0), 4000
    size = (layer.in_features,) if isinstance(layer, torch.nn.Linear) else (layer.in_channels, 2, 3)
    x = torch.randn(1, *size, generator=generator)
    locally = weights.noisy(net, place, x.expand(draws, *size), generator)
    drawn = [weights.draw(net, generator) for _ in range(draws)]
    really = torch.cat([functional_call(layer, {part: d[f"{place}.{part}"] for part in ("weight", "bias")}, (x,)) for d in drawn])
    for a, b in ((locally.mean(0), really.mean(0)), (locally.mean(0), layer(x)[0])):
        torch.testing.assert_close(a, b, atol=5 * float(really.std(0).max()) * (2 / draws) ** 0.5, rtol=0)
    torch.testing.assert_close(locally.std(0), really.std(0), rtol=0.1, atol=0)


@pytest.mark.parametrize("name", NETS)
def test_gradients_reach_every_mean_and_every_sigma(name):
    net, weights = made(name)
    x = torch.rand(4, net[0].in_features)
    for place in range(len(net)):
        x = weights.noisy(net, place, x, torch.Generator().manual_seed(0))
    (x.square().sum() + weights.kl(net)).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in (*net.parameters(), *weights.parameters()))
