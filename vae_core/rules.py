"""Which settings of a recipe make no sense together, and what to do about it. No torch here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vae_core.catalogue import entry

if TYPE_CHECKING:
    from vae_core.recipes import Recipe

LEARNED_PRIORS = ("mixture", "vamp", "flow")
FITTED_PRIORS = ("staged", "fitted-gaussian", "fitted-gmm")
MOST_FITTED = 50
MOST_NUMBERS = 256
MOST_PAIRS = 1 << 26  # numbers in tables of all pairs of codes: 256 MB
MMD_TABLES = 8


def problem(recipe: "Recipe") -> str | None:
    """One plain sentence for the first combination that makes no sense, or None."""
    rules = (*_network(recipe), *_data(recipe), *_prior(recipe), *_loss(recipe), *_codes(recipe), *_labels(recipe))
    return next((message for wrong, message in rules if wrong), None)


Rules = Iterator[tuple[bool, str]]


def _network(recipe: "Recipe") -> Rules:
    stages = len(recipe.hidden)
    yield stages > 4, "Use at most four hidden layers."
    wrong = recipe.net == "conv" and not 1 <= stages <= 3
    yield wrong, "A convolutional network has one to three stages: give the channels of each, such as 16, 32."


def _data(recipe: "Recipe") -> Rules:
    source = entry(recipe.data)
    if source.form != "points":
        return
    yield recipe.likelihood == "bernoulli", f"{source.title} are points, whose coordinates may be negative: choose a Gaussian likelihood."
    yield recipe.net == "conv", f"{source.title} are points, not images: choose the fully connected network."
    yield recipe.binarize != "none", f"{source.title} are points, not images: their coordinates cannot be black or white."
    square = recipe.mask > 0 and recipe.mask_shape == "square"
    yield square, f"{source.title} are points, not images: mask single coordinates instead of a square."


def _prior(recipe: "Recipe") -> Rules:
    learned, fitted = recipe.prior in LEARNED_PRIORS, recipe.prior in FITTED_PRIORS
    silent = recipe.posterior == "dirac" or recipe.beta == 0
    yield (
        learned and silent,
        "A learned prior learns from the rate, which has no weight here: use a VAE with β > 0, or a fitted prior.",
    )
    vamp = recipe.prior == "vamp" and recipe.posterior != "gaussian"
    yield vamp, "A VampPrior mixes the encoder's Gaussian clouds: let the encoder give Gaussian clouds, or choose another prior."
    many = recipe.prior == "fitted-gmm" and recipe.components > MOST_FITTED
    yield many, f"A mixture fitted after training has at most {MOST_FITTED} components: use fewer."
    yield fitted and recipe.mmd > 0, "MMD pulls the codes to the prior, and a fitted prior follows the codes: use one of the two."


def _loss(recipe: "Recipe") -> Rules:
    of_rate = {"a capacity": recipe.capacity, "a weight on total correlation": recipe.tc, "cycles of β": recipe.cycles}
    named = next((name for name, value in of_rate.items() if value), None)
    yield recipe.posterior == "dirac" and named is not None, f"An AE encodes to a point, which has no rate: {named} needs a VAE."
    bent = recipe.tc > 0 and recipe.posterior == "flow"
    yield bent, "Total correlation is measured on Gaussian clouds: let the encoder give them, or set its weight to 0."
    yield recipe.cycles > 0 and recipe.warmup > 0, "β either warms up once or in cycles: set one of the two to 0."
    capacity = recipe.capacity > 0
    yield capacity and recipe.free_bits > 0, "A capacity and free nats both say how much rate costs nothing: set one of the two to 0."
    yield capacity and recipe.cycles > 0, "With a capacity, β stays as it is: set its cycles to 0."
    yield capacity and recipe.beta == 0, "A capacity is held by β: choose a β above 0."
    alone = recipe.batch_size < 2 and (recipe.mmd > 0 or recipe.tc > 0)
    yield alone, "MMD and total correlation look at the codes of a batch together: use a batch size of 2 or more."
    tables = recipe.numbers if recipe.tc > 0 else MMD_TABLES if recipe.mmd > 0 else 0
    together = min(recipe.batch_size, recipe.train_size or recipe.batch_size, *entry(recipe.data).parts[:1])
    vast = together**2 * tables > MOST_PAIRS
    yield (
        vast,
        "MMD and total correlation compare each code of a batch with each other, which takes too much memory here: use smaller batches.",
    )


def _codes(recipe: "Recipe") -> Rules:
    if recipe.posterior != "codes":
        return
    yield recipe.prior != "normal", "Codes from a codebook bring a learned prior of their own: leave the prior at normal."
    of_clouds = {"MMD": recipe.mmd, "total correlation": recipe.tc, "contraction": recipe.contractive, "a capacity": recipe.capacity}
    named = next((name for name, value in of_clouds.items() if value), None)
    yield named is not None, f"Codes from a codebook cannot be moved little by little: {named} has nothing to act on. Set it to 0."
    yield recipe.cycles > 0, "β does not reach codes from a codebook: set its cycles to 0."
    yield recipe.slots * recipe.latent_dim > MOST_NUMBERS, f"Use at most {MOST_NUMBERS} numbers per image: codes × latent dimensions."


def _labels(recipe: "Recipe") -> Rules:
    if not recipe.told:
        return
    yield recipe.prior == "vamp", "A VampPrior's pseudo-inputs have no labels to tell the encoder: choose another prior."
    yield recipe.prior in FITTED_PRIORS, "A prior that is fitted afterwards knows no labels: choose a normal or a learned prior."
    sure = recipe.weights == "point"
    yield not sure, "A Bayesian decoder that is told labels would be unsure in another way for each of them: choose one of the two."
    if not recipe.labels:
        return
    yield recipe.posterior != "gaussian", "Learning from few labels needs the VAE's bound: let the encoder give Gaussian clouds."
    whole = {"MMD": recipe.mmd, "total correlation": recipe.tc, "a capacity": recipe.capacity, "free nats": recipe.free_bits}
    named = next((name for name, value in whole.items() if value), None)
    yield named is not None, f"With few labels each image is seen with every label, and {named} would count them all alike: set it to 0."
