"""The update of plain AEs and VAEs with its gradients written out: what autograd would compute, with little besides the matrix products.

Models of one shape are trained as a stack, each with its own data, noise and weight of the rate; one alone is a stack of one.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from vae_core.adam import Adam
from vae_core.distributions import LOG_VAR_LIMIT, BernoulliHead, DiracHead, FixedGaussianHead, GaussianHead, LearnedGaussianHead
from vae_core.fitted import Fitted
from vae_core.model import Model
from vae_core.objective import Objective, nothing, rate
from vae_core.precision import product_type
from vae_core.priors import StandardNormal
from vae_core.update import Feed


def fits(model: Model, objective: Any) -> bool:
    """Whether this update can train the model: an MLP each way, points or Gaussian clouds, N(0, I), and no penalty but the plain rate."""
    plain = (
        isinstance(objective, Objective)
        and objective.follow is nothing
        and all(penalty is rate for _, penalty in objective.penalties.values())
        and model.classifier is None
        and isinstance(model.prior, StandardNormal | Fitted)
        and isinstance(model.posterior.head, DiracHead | GaussianHead)
        and isinstance(model.likelihood.head, BernoulliHead | FixedGaussianHead | LearnedGaussianHead)
    )
    return plain and all(_is_mlp(part.net) and part.shift is None and part.weights is None for part in (model.posterior, model.likelihood))


def _is_mlp(net: nn.Sequential) -> bool:
    return all(isinstance(layer, nn.ReLU if place % 2 else nn.Linear) for place, layer in enumerate(net)) and len(net) % 2 == 1


class Stack:
    """Parameters of M models of one shape in one buffer, and their gradients in another.

    The models go on using theirs, which become views, as do their gradients; so whoever reads a model sees what it has learned. One
    parameter of all models lies in one piece, for the product of a stack takes longer where the result has gaps.

    Attributes:
        values, slopes: parameters and gradients as the models have them, (M · n,).
        parameters, gradients: views by name into what matrix products read and write: the same memory, or copies in ``products``.
    """

    def __init__(self, models: Sequence[nn.Module], products: torch.dtype) -> None:
        each = [dict(model.named_parameters()) for model in models]
        self._sizes = {name: (len(models), *parameter.shape) for name, parameter in each[0].items()}
        self.values = torch.cat([torch.stack([mine[name].detach() for mine in each]).flatten() for name in self._sizes])
        self.slopes = torch.zeros_like(self.values)
        self._rough = [torch.empty_like(self.values, dtype=products) for _ in range(2)] if products != self.values.dtype else []
        self.parameters, self.gradients = map(self._views, self._rough or [self.values, self.slopes])
        of_models = self._views(self.values), self._views(self.slopes)
        for index, mine in enumerate(each):
            for name, parameter in mine.items():
                parameter.data, parameter.grad = (views[name][index] for views in of_models)

    def begin(self) -> None:
        """Before an update: what products read is what the models have."""
        if self._rough:
            self._rough[0].copy_(self.values)

    def end(self) -> None:
        """After it: what products wrote is what the optimizer sees."""
        if self._rough:
            self.slopes.copy_(self._rough[1])

    def _views(self, buffer: Tensor) -> dict[str, Tensor]:
        pieces = buffer.split([math.prod(size) for size in self._sizes.values()])
        return {name: piece.view(size) for (name, size), piece in zip(self._sizes.items(), pieces, strict=True)}


class Layers:
    """The linear layers of M networks with a ReLU between them. ``forward`` keeps what ``backward`` needs."""

    def __init__(self, stack: Stack, prefix: str, net: nn.Sequential) -> None:
        names = [f"{prefix}.{place}" for place in range(0, len(net), 2)]
        self._weights, self._biases = ([stack.parameters[f"{name}.{part}"] for name in names] for part in ("weight", "bias"))
        self._by_weights, self._by_biases = ([stack.gradients[f"{name}.{part}"] for name in names] for part in ("weight", "bias"))
        self._inputs: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        """(M, B, first width) → (M, B, last width)."""
        self._inputs = [x.to(self._weights[0].dtype)]
        for weight, bias in zip(self._weights[:-1], self._biases[:-1], strict=True):
            self._inputs.append(torch.baddbmm(bias[:, None], self._inputs[-1], weight.mT).relu_())
        return torch.baddbmm(self._biases[-1][:, None], self._inputs[-1], self._weights[-1].mT).to(x.dtype)

    def backward(self, gradient: Tensor, to_input: bool = True) -> Tensor:
        """The gradient of what ``forward`` gave → that of its input, unless it is not asked for; the parameters' are written down."""
        asked, gradient = gradient.dtype, gradient.to(self._weights[0].dtype)
        for index in reversed(range(len(self._weights))):
            entered = self._inputs[index]
            torch.bmm(gradient.mT, entered, out=self._by_weights[index])
            torch.sum(gradient, 1, out=self._by_biases[index])
            if index or to_input:
                gradient = torch.bmm(gradient, self._weights[index])
            if index:
                gradient = torch.ops.aten.threshold_backward(gradient, entered, 0)
        return gradient.to(asked)


class Fused:
    """One update of Adam for M models of one shape, each on a batch of its own of the same size, at one learning rate.

    References:
        Auto-Encoding Variational Bayes (Kingma & Welling, 2013), appendix B, for the rate and its gradient.
    """

    def __init__(self, models: Sequence[Model], objectives: Sequence[Objective]) -> None:
        first = models[0]
        self._stack = Stack(models, product_type(first))
        self._encoder = Layers(self._stack, "posterior.net", first.posterior.net)
        self._decoder = Layers(self._stack, "likelihood.net", first.likelihood.net)
        self._clouds = isinstance(first.posterior.head, GaussianHead)
        self._likelihoods = [model.likelihood.head for model in models]
        self._objectives = objectives
        self._adam = Adam([self._stack.values])

    @torch.no_grad()
    def __call__(self, feeds: Sequence[Feed]) -> None:
        """One update of each model on what it is fed."""
        self._stack.begin()
        x = _stacked([feed.x for feed in feeds])
        h = self._encoder.forward(_stacked([o.corrupt(feed.x, feed.generator) for o, feed in zip(self._objectives, feeds, strict=True)]))
        if self._clouds:
            self._encoder.backward(self._through_clouds(h, x, feeds), to_input=False)
        else:
            self._encoder.backward(self._through_decoder(h, x), to_input=False)
        self._stack.end()
        self._adam([self._stack.slopes], feeds[0].lr)

    def _through_clouds(self, h: Tensor, x: Tensor, feeds: Sequence[Feed]) -> Tensor:
        """∂loss/∂(μ, log σ²): through z = μ + σ ε, and of the rate, ½ Σ (μ² + σ² - log σ² - 1)."""
        mean, log_var = h.chunk(2, -1)
        held = log_var.clamp(-LOG_VAR_LIMIT, LOG_VAR_LIMIT)
        scale = (held / 2).exp()
        drawn = {id(feed): torch.empty(mean.shape[1:]).normal_(generator=feed.generator) for feed in _distinct(feeds)}
        noise = _stacked([drawn[id(feed)] for feed in feeds])
        by_code = self._through_decoder(torch.addcmul(mean, scale, noise), x)
        price = self._prices(feeds) / x.shape[1]
        by_mean = torch.addcmul(by_code, price, mean)
        by_log_var = (by_code * noise * scale + price * (scale.square() - 1)) / 2
        return torch.cat([by_mean, by_log_var * (held == log_var)], -1)

    def _prices(self, feeds: Sequence[Feed]) -> Tensor:
        """The weight of each model's rate at its epoch, (M, 1, 1)."""
        weights = [o.penalties["rate"][0](feed.epoch) if o.penalties else 0.0 for o, feed in zip(self._objectives, feeds, strict=True)]
        return torch.tensor(weights)[:, None, None]

    def _through_decoder(self, z: Tensor, x: Tensor) -> Tensor:
        """∂distortion/∂z, (M, B, d), averaged over images."""
        h = self._decoder.forward(z)
        if isinstance(self._likelihoods[0], BernoulliHead):
            return self._decoder.backward((h.sigmoid_() - x) / x.shape[1])
        gap = h - x
        if isinstance(self._likelihoods[0], FixedGaussianHead):
            precision = torch.tensor([float(head.sigma) ** -2 for head in self._likelihoods if isinstance(head, FixedGaussianHead)])
        else:
            precision = (-2 * self._stack.parameters["likelihood.head.log_sigma"].to(x.dtype)).exp()
            surprise = gap.square().sum((1, 2)) * precision / x.shape[1]
            torch.sub(x.shape[2], surprise, out=self._stack.gradients["likelihood.head.log_sigma"])
        return self._decoder.backward(gap * (precision[:, None, None] / x.shape[1]))


def _distinct(feeds: Sequence[Feed]) -> list[Feed]:
    """Each feed once, though several models may be given it."""
    return list({id(feed): feed for feed in feeds}.values())


def _stacked(parts: Sequence[Tensor]) -> Tensor:
    """M of (B, n) → (M, B, n); one alone, or the same M times, is not copied."""
    alike = all(part is parts[0] for part in parts)
    return parts[0].expand(len(parts), *parts[0].shape) if alike else torch.stack(list(parts))
