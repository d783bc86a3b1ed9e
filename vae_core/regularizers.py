"""Penalties beyond the plain rate. Each takes (model, posterior, codes, batch) and gives (B,)."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Independent

from vae_core.distributions import Posterior
from vae_core.model import Model
from vae_core.objective import Batch, Penalty, rate

Kernel = Callable[[Tensor, int], Tensor]

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
PROBE_STEP = 0.01


def capacity(nats: float, epochs: float) -> Penalty:
    """|rate - C|, where the batch's rate is pulled to C from both sides; C grows from 0 to ``nats`` over the first ``epochs``.

    References:
        Understanding Disentangling in β-VAE (Burgess et al., 2018).
    """

    def penalty(model: Model, q: Posterior, z: Tensor, batch: Batch) -> Tensor:
        aim = nats * min(1.0, batch.epoch / epochs) if epochs > 0 else nats
        return (rate(model, q, z).mean() - aim).abs().expand(len(z))

    return penalty


def rbf(square: Tensor, latent_dim: int) -> Tensor:
    """exp(-r² / 2d·s), the mean over ``SCALES``: falls off fast, so codes far from the prior feel little."""
    return torch.stack([(-square / (2 * latent_dim * scale)).exp() for scale in SCALES]).mean(0)


def imq(square: Tensor, latent_dim: int) -> Tensor:
    """C / (C + r²), C = 2d·s, the mean over ``SCALES``: falls off slowly, so codes far from the prior are drawn in too."""
    return torch.stack([2 * latent_dim * scale / (2 * latent_dim * scale + square) for scale in SCALES]).mean(0)


PULLS: dict[str, Kernel] = {"rbf": rbf, "imq": imq}


def mmd(kernel: Kernel) -> Penalty:
    """Squared maximum mean discrepancy between the codes of a batch, together, and as many samples of the model's prior.

    Without unit; with MMD as the only penalty, a point encoder gives the WAE.

    References:
        Wasserstein Auto-Encoders (Tolstikhin et al., 2018); InfoVAE (Zhao et al., 2017).
    """

    def penalty(model: Model, q: Posterior, z: Tensor, batch: Batch) -> Tensor:
        noise = torch.empty(len(z), model.prior.noise_dim).normal_(generator=batch.generator)
        return squared_mmd(z, model.prior.transport(noise), kernel).expand(len(z))

    return penalty


def squared_mmd(a: Tensor, b: Tensor, kernel: Kernel) -> Tensor:
    """The unbiased estimate from samples (n, d) and (n, d), a scalar: around 0, and sometimes below it, for two samples of one kind.

    A single code says nothing of a crowd: 0.

    References:
        A Kernel Two-Sample Test (Gretton et al., 2012), equation 4.
    """
    n, d = a.shape
    if n < 2:
        return 0 * (a.sum() + b.sum())
    pairs = kernel(torch.cdist(a, a).square(), d) + kernel(torch.cdist(b, b).square(), d) - 2 * kernel(torch.cdist(a, b).square(), d)
    return (pairs.sum() - pairs.diagonal().sum()) / (n * (n - 1))


def total_correlation(model: Model, q: Posterior, z: Tensor, batch: Batch) -> Tensor:
    """The log-ratio log q(z) - Σ_j log q(z_j) at each code, (B,) nats, with the batch's own mixture of clouds for q(z).

    Its gradient is that of minibatch-weighted sampling, which adds a constant that stands for the rest of the data set. A small
    batch shows too little of it.

    References:
        Isolating Sources of Disentanglement in VAEs (Chen et al., 2018).
    """
    assert isinstance(q, Independent)
    each = q.base_dist.log_prob(z[:, None])  # (code, cloud, d)
    return each.sum(-1).logsumexp(1) - each.logsumexp(1).sum(-1) + (z.shape[1] - 1) * torch.tensor(float(len(z))).log()


def contraction(model: Model, q: Posterior, z: Tensor, batch: Batch) -> Tensor:
    """‖∂μ/∂x‖², the squared Frobenius norm of the encoder's Jacobian, (B,): estimated by one small step in a random direction.

    For v ~ N(0, I), E ‖Jv‖² = ‖J‖². The paper ties the decoder's weights to the encoder's; here they are free, so the model can also
    pay less by smaller codes that the decoder enlarges.

    References:
        Contractive Auto-Encoders (Rifai et al., 2011).
    """
    step = PROBE_STEP * torch.empty_like(batch.x).normal_(generator=batch.generator)
    return ((model.encode(batch.x + step).mean - q.mean) / PROBE_STEP).square().sum(-1)
