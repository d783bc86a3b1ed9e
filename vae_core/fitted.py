"""Priors that are fitted to the codes afterwards, so that a model trained without them, an AE too, can be sampled."""

import torch
from torch import Tensor
from torch.distributions import Distribution, MixtureSameFamily, MultivariateNormal

from vae_core.data import Data
from vae_core.distributions import draw
from vae_core.mixture import choose, mixture
from vae_core.model import Model
from vae_core.priors import Prior, StandardNormal

LADDER = (1, 2, 5, 10, 20, 50)
CODES = 2000
FLOOR = 1e-5  # least variance of a component, as a share of all codes


class Fitted(Prior):
    """A mixture of at most K Gaussians with full covariances, fitted to codes; how many are used is chosen on held-out codes.

    In training the rate is measured against N(0, I), as the model never sees the fit. Before the first fit it is N(0, I) too.

    References:
        From Variational to Deterministic Autoencoders (Ghosh et al., 2020).
    """

    weights: Tensor
    mean: Tensor
    root: Tensor

    def __init__(self, latent_dim: int, components: int) -> None:
        super().__init__()
        self.noise_dim = latent_dim
        self.reference = StandardNormal(latent_dim)
        self.register_buffer("weights", torch.eye(components)[0])
        self.register_buffer("mean", torch.zeros(components, latent_dim))
        self.register_buffer("root", torch.eye(latent_dim).repeat(components, 1, 1))

    def forward(self) -> Distribution:
        """N(0, I)."""
        return self.reference()

    def density(self) -> MixtureSameFamily:
        """The fitted mixture."""
        return mixture(self.weights.log(), MultivariateNormal(self.mean, scale_tril=self.root, validate_args=False))

    def transport(self, noise: Tensor) -> Tensor:
        """Codes (B, d): the first number of the noise chooses the component."""
        part, noise = choose(self.weights.log(), noise)
        return self.mean[part] + (self.root[part] @ noise[:, :, None])[:, :, 0]

    def fit(self, codes: Tensor, held_out: Tensor) -> None:
        """Fit to codes (n, d), with the number of components of ``LADDER`` that suits the held-out codes (m, d) best."""
        from sklearn.mixture import GaussianMixture  # a second to import, and few runs need it

        most = min(len(self.weights), len(codes))
        counts = sorted({count for count in LADDER if count < most} | {most})
        known, judged = codes.double().numpy(), held_out.double().numpy()
        # Relative to the codes' spread, which nothing holds in an AE. And k-means would cost more than the fit itself.
        options = {"reg_covar": FLOOR * float(known.var()) + 1e-12, "init_params": "k-means++", "random_state": 0}
        tried = [GaussianMixture(count, **options).fit(known) for count in counts]
        best = max(tried, key=lambda one: one.score(judged))
        used = best.n_components
        self.weights.zero_()[:used] = torch.from_numpy(best.weights_)
        self.mean[:used] = torch.from_numpy(best.means_)
        self.root[:used] = torch.linalg.cholesky(torch.from_numpy(best.covariances_))


@torch.no_grad()
def refit(model: Model, data: Data) -> None:
    """Fit the model's prior to its codes, if it is of the kind that is fitted: a function of the weights alone, with fixed noise."""
    if isinstance(model.prior, Fitted):
        generator = torch.Generator().manual_seed(0)
        codes, held_out = (draw(model.encode(x[:CODES]), generator) for x in (data.train, data.validation))
        if codes.isfinite().all() and held_out.isfinite().all():  # a run that has diverged is about to end with a message of its own
            model.prior.fit(codes, held_out)
