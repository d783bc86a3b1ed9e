"""Measures of a trained model on the whole test set. Units are nats per image unless said."""

import math

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from vae_core.active import ACTIVE_VARIANCE
from vae_core.data import Data
from vae_core.distributions import Point, Posterior, draw
from vae_core.labels import few
from vae_core.model import Model, distortion
from vae_core.objective import divergence, rate
from vae_core.particulars import codebook_use, unsureness
from vae_core.priors import Prior, StandardNormal
from vae_core.quantize import Codes
from vae_core.recipes import Recipe

IW_SAMPLES = 100
IW_IMAGES = 500
CLASSIFIER_IMAGES = 4000
SAMPLE_IMAGES = 1000
BOUND_DRAWS, SPLIT_DRAWS = 10, 4
ENOUGH_CODES = 10_000  # drawn of all images together; more would tell the mean no better than the images do
PRIOR_SAMPLES = 10_000
NEIGHBOURS = 5
FEATURES = 32


def measure(model: Model, data: Data, recipe: Recipe) -> dict[str, float | None]:
    """Everything the app says of a finished model; None where a measure has no meaning (the rate of a point).

    A model that is told labels is told those of the test images, or what its own classifier reads, and its bounds are those of
    log p(x|y). Its samples have the labels of the test images.

    The prior is the one that the model is sampled from. So a prior fitted afterwards is judged as fitted, though the loss never saw it;
    and where its density is not known (a second stage) there is no bound.

    The noise is fixed by the recipe's seed, so the same weights give the same figures.
    """
    generator = torch.Generator().manual_seed(recipe.seed + 4)
    with torch.inference_mode():
        asked, model = model, model.told_or_read(data.test, data.test_labels)
        q = model.encode(data.test)
        figures: dict[str, float | None] = {"test_images": float(len(data.test))}
        figures.update(bound_terms(model, q, data.test, generator, _draws(data.test, BOUND_DRAWS)))
        figures.update(rate_split(model, q, generator, _draws(data.test, SPLIT_DRAWS)))
        first = data.test[:IW_IMAGES]
        figures.update(importance_bound(asked.told_or_read(first, data.test_labels[:IW_IMAGES]), first, IW_SAMPLES, generator))
        figures.update(code_moments(q, model.prior))
        figures["reconstruction_mse"] = float((model.image(q.mean) - data.test).square().mean())
        seen, labels = data.train[:CLASSIFIER_IMAGES], data.train_labels[:CLASSIFIER_IMAGES]
        codes = asked.told_or_read(seen, labels).encode(seen).mean
        noise = torch.randn(SAMPLE_IMAGES, model.prior.noise_dim, generator=generator)
        samples = asked.given(data.test_labels[torch.arange(SAMPLE_IMAGES) % len(data.test)]).generate(noise)
        for particular in (codebook_use, reading, unsureness):
            figures.update(particular(model, data, recipe))
    figures.update(label_accuracy(codes, data.train_labels[:CLASSIFIER_IMAGES], q.mean, data.test_labels))
    figures.update(sample_quality(samples, data.test[:SAMPLE_IMAGES], data.train[:CLASSIFIER_IMAGES]))
    return {name: None if value is None or not math.isfinite(value) else value for name, value in figures.items()}


def _draws(x: Tensor, most: int) -> int:
    """How many codes to draw of each image."""
    return max(1, min(most, ENOUGH_CODES // len(x)))


def bound_terms(model: Model, q: Posterior, x: Tensor, generator: torch.Generator, draws: int = BOUND_DRAWS) -> dict[str, float | None]:
    """Distortion, rate and ELBO = -(distortion + rate), with ``draws`` samples of z an image; a point has only a distortion.

    The rate is in closed form where there is one, else from the same samples; for codes from a codebook it is -log p(codes). A Bayesian
    decoder draws its weights too.
    """
    codes = [draw(q, generator) for _ in range(1 if isinstance(q, Point) else draws)]
    d = torch.stack([distortion(model.decode(z, generator), x) for z in codes]).mean()
    prior = model.prior.density()
    if isinstance(q, Codes):
        r = rate(model, q, codes[0]).mean()
        return {"distortion": float(d), "rate": float(r), "elbo": float(-d - r)}
    if isinstance(q, Point) or prior is None:
        return {"distortion": float(d), "rate": None, "elbo": None}
    r = torch.stack([divergence(q, prior, z) for z in codes]).mean()
    return {"distortion": float(d), "rate": float(r), "elbo": float(-d - r)}


def importance_bound(model: Model, x: Tensor, samples: int, generator: torch.Generator) -> dict[str, float | None]:
    """The importance-weighted bound: mean over images of log 1/K Σ_k p(x, z_k) / q(z_k|x), z_k ~ q(z|x).

    It rises with K towards log p(x).

    References:
        Importance Weighted Autoencoders (Burda et al., 2016).
    """
    q, prior = model.encode(x), model.prior.density()
    if isinstance(q, Point) or prior is None:
        return {"iw_bound": None, "iw_samples": None, "iw_images": None}
    weights = []
    for _ in range(samples):
        z = draw(q, generator)
        weights.append(prior.log_prob(z) - distortion(model.decode(z, generator), x) - q.log_prob(z))
    bound = torch.logsumexp(torch.stack(weights), 0) - math.log(samples)
    return {"iw_bound": float(bound.mean()), "iw_samples": float(samples), "iw_images": float(len(x))}


def rate_split(model: Model, q: Posterior, generator: torch.Generator, draws: int = SPLIT_DRAWS) -> dict[str, float | None]:
    """The rate as mutual information I(x; z) plus the mismatch KL(q(z) ‖ p(z)), q(z) the aggregated posterior of these images.

    Estimated with q(z) as the exact mixture of the n posteriors, so I cannot exceed log n. With a flow as posterior, each of the n²
    densities would be a pass through the flow: None.

    References:
        ELBO Surgery (Hoffman & Johnson, 2016).
    """
    prior = model.prior.density()
    if not isinstance(q, Independent):
        return {"mutual_information": None, "mismatch": None}
    information, mismatch = [], []
    for _ in range(draws):
        z = draw(q, generator)
        aggregated = log_aggregated(q, z)
        information.append((q.log_prob(z) - aggregated).mean())
        if prior is not None:
            mismatch.append((aggregated - prior.log_prob(z)).mean())
    return {
        "mutual_information": float(torch.stack(information).mean()),
        "mismatch": float(torch.stack(mismatch).mean()) if mismatch else None,
    }


def log_aggregated(q: Distribution, z: Tensor, block: int = 128) -> Tensor:
    """The log-density log q(z) at points (m, d), under the mixture of all n diagonal posteriors: (m,)."""
    mean, precision = q.mean, q.variance.reciprocal()
    # log N(z; m, s²) = c - ½ z²/s² + z m/s² summed over d, for all points and images as one matrix product
    of_points, of_images = torch.cat([z.square(), z], -1), torch.cat([-0.5 * precision, mean * precision], -1).T.contiguous()
    constant = 0.5 * (precision.log() - math.log(2 * math.pi) - mean.square() * precision).sum(-1) - math.log(len(mean))
    return torch.cat([torch.addmm(constant, points, of_images).logsumexp(-1) for points in of_points.split(block)])


def code_moments(q: Posterior, prior: Prior) -> dict[str, float | None]:
    """Scale of the codes, active units, and how far their first two moments are from the prior's.

    ``moment_mismatch`` is KL(N(m, S) ‖ N(m', S')) in nats, m and S the mean and covariance of the codes (with the posterior's own
    spread added), m' and S' those of the prior, from its samples where it is not N(0, I): it exists for AE and VAE alike.

    References:
        Active units: Importance Weighted Autoencoders (Burda et al., 2016), Var(μ) > 0.01.
    """
    mean = q.mean.double()
    m, centred = mean.mean(0), mean - mean.mean(0)
    covariance = centred.T @ centred / len(mean)
    if not isinstance(q, Point):
        covariance = covariance + torch.diag(q.variance.double().mean(0))
    return {
        "code_scale": float(mean.abs().mean()),
        "code_std": float(mean.std(0).mean()),
        "active_units": float((mean.var(0) > ACTIVE_VARIANCE).sum()),
        "moment_mismatch": gaussian_kl(m, covariance, *prior_moments(prior)),
    }


def prior_moments(prior: Prior) -> tuple[Tensor, Tensor]:
    """Mean (d,) and covariance (d, d) of what a model draws its codes from."""
    if isinstance(prior, StandardNormal):
        return torch.zeros(prior.noise_dim).double(), torch.eye(prior.noise_dim).double()
    noise = torch.randn(PRIOR_SAMPLES, prior.noise_dim, generator=torch.Generator().manual_seed(0))
    codes = prior.transport(noise).double()
    return codes.mean(0), torch.cov(codes.T).reshape(codes.shape[1], codes.shape[1])


def gaussian_kl(m: Tensor, s: Tensor, m_prior: Tensor, s_prior: Tensor) -> float:
    """KL(N(m, s) ‖ N(m_prior, s_prior)) in nats; means (d,), covariances (d, d), double."""
    d = len(m)
    tiny = 1e-12 * torch.eye(d, dtype=torch.float64)
    log_ratio = torch.linalg.slogdet(s_prior + tiny).logabsdet - torch.linalg.slogdet(s + tiny).logabsdet
    shift = m - m_prior
    trace = torch.linalg.solve(s_prior + tiny, s).trace()
    return float(0.5 * (trace + shift @ torch.linalg.solve(s_prior + tiny, shift) - d + log_ratio))


def label_accuracy(codes: Tensor, labels: Tensor, test_codes: Tensor, test_labels: Tensor) -> dict[str, float | None]:
    """Share of test images whose label is read from the code: by 5 nearest neighbours, and by a linear probe (logistic regression)."""
    from sklearn.linear_model import LogisticRegression  # a second to import, and only needed at the end of a run
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(labels.unique()) < 2:
        return {"knn_accuracy": None, "probe_accuracy": None}
    neighbours = KNeighborsClassifier(min(NEIGHBOURS, len(codes)))
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    train = codes.numpy(), labels.numpy()
    test = test_codes.numpy(), test_labels.numpy()
    return {
        "knn_accuracy": float(neighbours.fit(*train).score(*test)),
        "probe_accuracy": float(probe.fit(*train).score(*test)),
    }


def reading(model: Model, data: Data, recipe: Recipe) -> dict[str, float | None]:
    """Share of labels that the classifier reads correctly, and that readers of raw pixels do who saw the same few labels.

    The readers are logistic regression (``pixel_probe_accuracy``) and 5 nearest neighbours (``pixel_knn_accuracy``).
    """
    if model.classifier is None:
        return {"classifier_accuracy": None, "pixel_knn_accuracy": None, "pixel_probe_accuracy": None}
    accuracy = float((model.read(data.test).argmax(-1) == data.test_labels).float().mean())
    known = few(data.train_labels, recipe.labels, recipe.seed) >= 0
    pixels = label_accuracy(data.train[known], data.train_labels[known], data.test, data.test_labels)
    return {"classifier_accuracy": accuracy} | {f"pixel_{name}": value for name, value in pixels.items()}


def sample_quality(samples: Tensor, real: Tensor, train: Tensor) -> dict[str, float | None]:
    """How samples compare with real test images, in the space of the training set's first principal components.

    ``frechet``: Fréchet distance between Gaussians fitted to both (0 is best). ``precision``: share of samples that lie within a real
    image's 5-neighbour radius. ``coverage``: share of real images with a sample inside that radius.

    References:
        Heusel et al. (2017), with principal components in place of Inception features; Naeem et al. (2020) for coverage.
    """
    mean, basis = principal_components(train, FEATURES)
    a, b = (samples - mean) @ basis, (real - mean) @ basis
    radius = torch.cdist(b, b).topk(min(NEIGHBOURS + 1, len(b)), largest=False).values[:, -1]
    inside = torch.cdist(a, b) <= radius
    return {
        "frechet": frechet(a, b),
        "precision": float(inside.any(1).float().mean()),
        "coverage": float(inside.any(0).float().mean()),
    }


def principal_components(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Mean (pixels,) and orthonormal basis (pixels, count) of the directions with most variance."""
    mean = x.mean(0)
    centred = (x - mean).double()
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    return mean, vectors[:, -min(count, x.shape[1]) :].flip(1).float()


def frechet(a: Tensor, b: Tensor) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features, (n, k) and (m, k), in squared feature units."""
    a, b = a.double(), b.double()
    first, second = torch.cov(a.T), torch.cov(b.T)
    values, vectors = torch.linalg.eigh(first)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    return float((a.mean(0) - b.mean(0)).square().sum() + first.trace() + second.trace() - 2 * cross)
