"""Recipes: everything that determines a run, and nothing else. No torch here, so the app process can read them.

A recipe is data. Its hash is the run's id; the same recipe always names the same run.
"""

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from vae_core.catalogue import CATALOGUE, entry, known
from vae_core.kinds import kind
from vae_core.rules import LEARNED_PRIORS, problem

DATASETS = tuple(CATALOGUE)
POSTERIORS = ("dirac", "gaussian", "flow", "codes")
LIKELIHOODS = ("bernoulli", "gaussian", "gaussian-learned", "gaussian-pixels")
NETS = ("mlp", "conv")
WEIGHTS = ("point", "gaussian")
PRIORS = ("normal", "mixture", "vamp", "flow", "staged", "fitted-gaussian", "fitted-gmm")
KERNELS = ("imq", "rbf")
MASKS = ("pixels", "square")
BINARIZATIONS = ("none", "dynamic", "threshold")
LR_COURSES = ("constant", "trapezoid")


class RecipeError(ValueError):
    """A recipe asks for something impossible; the message says what and what to do."""


@dataclass(frozen=True)
class Setting:
    """What the app and the validator know of one field of a recipe."""

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    unit: str = ""


def _setting(default: Any, *args: Any, **kwargs: Any) -> Any:
    return dataclasses.field(default=default, metadata={"setting": Setting(*args, **kwargs)})


@dataclass(frozen=True)
class Recipe:
    """Data, model, objective and optimizer of one run.

    A model is posterior × likelihood × prior; its loss is distortion + β · rate, in nats per image.
    """

    data: str = _setting("digits", "Data set", "Which images the model learns.", choices=DATASETS)
    train_size: int = _setting(0, "Training images", "How many training images to use; 0 means all of them.", 0, 60_000)
    subset: int = _setting(
        0, "Which of them", "If not all images are used: 0 takes the first, each other number draws others.", 0, 2**31 - 1
    )
    without: int = _setting(-1, "Left out", "The class whose images are kept out of training, by number; -1 for none.", -1, 255)
    strays: float = _setting(
        0.0, "Strays", "Share of the training images that are of the left-out class all the same: outliers nobody sorted out.", 0.0, 0.5
    )
    binarize: str = _setting(
        "none", "Black or white", "Pixels as they are, drawn anew as 0 or 1 at each use, or cut at one half.", choices=BINARIZATIONS
    )
    posterior: str = _setting(
        "gaussian",
        "Encoder gives",
        "Per image: a point (AE), a Gaussian cloud (VAE), a cloud bent by a flow, or codes from a codebook (VQ-VAE).",
        choices=POSTERIORS,
    )
    prior: str = _setting(
        "normal", "Prior", "Where new codes come from: fixed, learned with the model, or fitted to its codes.", choices=PRIORS
    )
    components: int = _setting(10, "Components", "Parts of a mixture, pseudo-inputs of a VampPrior; a fitted mixture's maximum.", 1, 500)
    likelihood: str = _setting("bernoulli", "Pixel likelihood", "How the decoder scores a pixel.", choices=LIKELIHOODS)
    sigma: float = _setting(0.2, "Decoder σ", "Standard deviation per pixel; only for the fixed Gaussian likelihood.", 0.01, 2.0)
    latent_dim: int = _setting(2, "Latent dimensions", "How many numbers the bottleneck keeps.", 1, 64)
    net: str = _setting("mlp", "Network", "Fully connected layers, or convolutions that halve the image at each stage.", choices=NETS)
    hidden: tuple[int, ...] = _setting(
        (128, 64), "Hidden widths", "Layer widths of the encoder, or channels of each convolution; the decoder mirrors them.", 1, 1024
    )
    beta: float = _setting(1.0, "β", "Weight of the rate (KL) in the loss.", 0.0, 1000.0)
    warmup: float = _setting(
        0.0, "β warm-up", "Epochs over which β (or the capacity) grows from 0 to its value.", 0.0, 1000.0, unit="epochs"
    )
    cycles: int = _setting(0, "β cycles", "How often β grows from 0 during the run; 0 for a constant β or one warm-up.", 0, 100)
    free_bits: float = _setting(0.0, "Free nats", "Rate per dimension below which it is not penalised.", 0.0, 10.0, unit="nats")
    capacity: float = _setting(
        0.0, "Capacity", "A target for the rate: the loss has β · |rate − target| in place of β · rate. 0: none.", 0.0, 200.0, unit="nats"
    )
    mmd: float = _setting(0.0, "MMD weight", "Weight of the distance between the codes of a batch and the prior.", 0.0, 100_000.0)
    kernel: str = _setting(
        "imq", "MMD kernel", "How a pull between two codes fades with their distance: slowly (IMQ), or fast (RBF).", choices=KERNELS
    )
    tc: float = _setting(0.0, "Total correlation", "Extra weight of the dependence among the code's dimensions.", 0.0, 1000.0)
    contractive: float = _setting(0.0, "Contraction", "Weight of how much the code moves when the image does.", 0.0, 1000.0)
    mask: float = _setting(0.0, "Masked part", "Share of the encoder's input that is painted out.", 0.0, 0.95)
    mask_shape: str = _setting("pixels", "Mask", "Single pixels, or one square patch at a random place.", choices=MASKS)
    noise: float = _setting(0.0, "Input noise", "Standard deviation of the noise added to the encoder's input.", 0.0, 2.0)
    codebook: int = _setting(32, "Codebook size", "How many vectors a code is chosen from; only for an encoder that gives codes.", 2, 512)
    slots: int = _setting(1, "Codes per image", "How many codebook vectors make up an image; only for an encoder that gives codes.", 1, 64)
    commitment: float = _setting(0.25, "Commitment", "How strongly the encoder is held to the codebook's vectors.", 0.0, 10.0)
    weights: str = _setting("point", "Decoder weights", "A number for each weight, or a Gaussian (a Bayesian decoder).", choices=WEIGHTS)
    conditional: bool = _setting(False, "Told the label", "Encoder and decoder are given the label of each image.")
    labels: int = _setting(0, "Labelled images", "How many images show their label to a classifier; 0 for no classifier.", 0, 60_000)
    lr: float = _setting(2e-3, "Learning rate", "Step size of Adam.", 1e-6, 1.0)
    lr_course: str = _setting(
        "constant", "Learning rate over time", "The same all along, or up from 0, level, and down to 0.", choices=LR_COURSES
    )
    batch_size: int = _setting(64, "Batch size", "Images per update.", 1, 4096)
    epochs: int = _setting(200, "Epochs", "Passes over the training set.", 1, 2000)
    seed: int = _setting(0, "Seed", "Fixes weights, data order and noise.", 0, 2**31 - 1)
    parent: str = ""
    parent_frame: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, one entry a field."""
        return {**vars(self), "hidden": list(self.hidden)}

    @property
    def id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the canonical JSON of what differs from the defaults.

        So a setting that the lab learns later leaves the ids of earlier runs as they are.
        """
        told = {name: _as_is(name, value) for name, value in self.to_dict().items() if value != _JSON_DEFAULTS[name]}
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def numbers(self) -> int:
        """How many numbers the decoder is given for an image: the latent dimensions, as often as it has codes."""
        return self.latent_dim * (self.slots if self.posterior == "codes" else 1)

    @property
    def told(self) -> bool:
        """Whether encoder and decoder are given labels: true ones, or those that a classifier reads."""
        return self.conditional or self.labels > 0

    @property
    def kind(self) -> str:
        """Short name for what the recipe composes, for titles: AE, denoising AE, VAE, β-VAE."""
        return kind(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """Build and validate a recipe from JSON types.

        Raises:
            RecipeError: for unknown fields, wrong types, and values out of range.
        """
        known = {field.name: field for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise RecipeError(f"This recipe has settings the lab does not know: {', '.join(map(str, unknown))}.")
        recipe = cls(**{name: coerce(name, value) for name, value in values.items()})
        recipe.validate()
        return recipe

    def validate(self) -> None:
        """Check every field against its range.

        Raises:
            RecipeError: with one plain sentence for the first problem found.
        """
        for name, setting in SETTINGS.items():
            value = getattr(self, name)
            allowed = setting.choices is None or value in setting.choices or (name == "data" and known(value))
            if not allowed:
                raise RecipeError(f"{setting.label} must be one of {', '.join(setting.choices or ())}, not {value!r}.")
            for number in value if isinstance(value, tuple) else (value,):
                _check_range(setting, number)
        wrong = problem(self)
        if wrong is not None:
            raise RecipeError(wrong)


def _as_is(name: str, value: Any) -> Any:
    """A weight of 0 is one of 0.0: a recipe that was written and read again is the same recipe."""
    return float(value) if isinstance(_DEFAULTS[name], float) else value


def _check_range(setting: Setting, number: Any) -> None:
    if setting.low is None or setting.high is None:
        return
    if not setting.low <= number <= setting.high:  # also false for NaN
        raise RecipeError(f"{setting.label} must be between {setting.low:g} and {setting.high:g}, not {number:g}.")


def coerce(name: str, value: Any) -> Any:
    """Turn a JSON or URL value into the type of the recipe's field ``name``.

    Raises:
        RecipeError: if it cannot be read as that type.
    """
    default = _DEFAULTS[name]
    label = SETTINGS[name].label if name in SETTINGS else name
    try:
        if isinstance(default, tuple):
            return _widths(value)
        if isinstance(default, bool):
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if isinstance(default, int):
            return _whole(value)
        return type(default)(value)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise RecipeError(f"{label}: {str(value)[:40]!r} is not a value it can take.") from None


def _widths(value: Any) -> tuple[int, ...]:
    if isinstance(value, str):
        value = re.split("[,-]", value.strip().rstrip(",")) if value.strip() else ()
    return tuple(map(_whole, value))


def _whole(value: Any) -> int:
    if float(value) != int(float(value)):
        raise ValueError
    return int(float(value))


SETTINGS: dict[str, Setting] = {
    field.name: field.metadata["setting"] for field in dataclasses.fields(Recipe) if "setting" in field.metadata
}
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(Recipe)}

_JSON_DEFAULTS = Recipe().to_dict()

AE = Recipe(posterior="dirac", beta=0.0)
VAE = Recipe()

# What each changes against the AE or the VAE, and the recipe.
PRESETS: dict[str, tuple[str, Recipe]] = {
    "AE": ("The encoder gives a point, and nothing is asked of the codes.", AE),
    "Denoising AE": ("The encoder sees noise; the target stays clean.", dataclasses.replace(AE, noise=0.3)),
    "Masked AE": ("The encoder sees half of the pixels; the target is whole.", dataclasses.replace(AE, mask=0.5)),
    "Contractive AE": ("The code must not move much when the image does.", dataclasses.replace(AE, contractive=0.1)),
    "AE + GMM": (
        "A mixture of Gaussians is fitted to the codes, to draw new ones.",
        dataclasses.replace(AE, prior="fitted-gmm"),
    ),
    "WAE": ("Points, whose crowd is pulled to the prior by MMD.", dataclasses.replace(AE, mmd=100.0)),
    "VAE": ("The encoder gives a cloud, and each cloud pays for its distance from the prior.", VAE),
    "β-VAE": ("The rate costs four times as much.", Recipe(beta=4.0)),
    "β-TC-VAE": ("Only the dependence among dimensions costs more.", Recipe(tc=3.0)),
    "Capacity": ("The rate is pulled to a number that grows over 100 epochs.", Recipe(beta=5.0, capacity=4.0, warmup=100.0)),
    "Cyclical": ("β grows from 0 four times.", Recipe(cycles=4)),
    "InfoVAE": ("A third of the rate's price, and MMD on the crowd of codes.", Recipe(beta=0.3, mmd=100.0)),
    "MMD-VAE": ("No price on single clouds, only on their crowd.", Recipe(beta=0.0, mmd=100.0)),
    "Mixture prior": ("The prior is a mixture of Gaussians that learns too.", Recipe(prior="mixture")),
    "VampPrior": ("The prior is a mixture of the clouds of learned pseudo-inputs.", Recipe(prior="vamp")),
    "Flow prior": ("The prior is a normalizing flow that learns too.", Recipe(prior="flow")),
    "Flow posterior": ("The clouds may bend.", Recipe(posterior="flow")),
    "Two-stage VAE": ("A second VAE learns where the codes lie, and is what new codes are drawn from.", Recipe(prior="staged")),
    "VQ-VAE": ("Each image is four codes from a codebook of 32 vectors.", Recipe(posterior="codes", slots=4)),
    "Bayesian decoder": ("The decoder's weights are clouds too: what it has not seen, it is not sure of.", Recipe(weights="gaussian")),
    "Conditional VAE": ("Encoder and decoder are told the label, so the code can leave it out.", Recipe(conditional=True)),
    "Semi-supervised VAE": ("A classifier learns from 50 labels, and from all images without theirs.", Recipe(labels=50, epochs=100)),
}
RECIPES = {name: recipe for name, (_, recipe) in PRESETS.items()}


def pair(vae: Recipe) -> tuple[Recipe, Recipe]:
    """The AE that matches a VAE (same data, seed, network, optimizer), and that VAE.

    What weighs the codes is the VAE's alone; so is a prior that learns from the rate.
    """
    weightless: dict[str, Any] = dict.fromkeys(("beta", "warmup", "free_bits", "cycles", "capacity", "mmd", "tc", "labels"), 0)
    prior = "normal" if vae.prior in LEARNED_PRIORS else vae.prior
    ae = dataclasses.replace(vae, posterior="dirac", prior=prior, **weightless)
    return ae, dataclasses.replace(vae, posterior="gaussian") if vae.posterior == "dirac" else vae


def suited(data: str) -> dict[str, Any]:
    """Settings that suit a data set on a laptop: what the app fills in when it is chosen."""
    return dict(entry(data).settings)
