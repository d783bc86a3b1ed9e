"""The pages: where they lie and what they are called."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / "pages"


@dataclass(frozen=True)
class Place:
    """One page in the navigation. The icon is an emoji: a material icon would be fetched from a font host."""

    name: str
    title: str
    icon: str

    @property
    def path(self) -> Path:
        """The page's script."""
        return PAGES / f"{self.name}.py"

    @property
    def address(self) -> str | None:
        """The page's path in the address; the first page has none."""
        return None if self.name == "home" else self.name


HOME = Place("home", "Home", "🏠")
MODELS = Place("models", "Models", "🧳")
LAB = (
    Place("data", "Data", "🗂️"),
    Place("train", "Train live", "▶️"),
    Place("compare", "Compare latent spaces", "⚖️"),
    Place("explore", "Explore a latent space", "🗺️"),
    Place("losses", "Losses", "📉"),
    MODELS,
)
COURSE = (
    Place("globe", "Two numbers for a city", "🌍"),
    Place("squeeze", "Squeeze and rebuild", "🗜️"),
    Place("denoise", "Clean out noise", "🧽"),
    Place("cloud", "Point or cloud", "☁️"),
    Place("elbo", "A two-term loss", "🧮"),
    Place("crowd", "The crowd, not each one", "🐦"),
    Place("mean", "Sum or mean?", "➗"),
    Place("nearby", "Half way between", "🚶"),
    Place("generate", "Who can generate?", "🎲"),
    Place("blurry", "Why blurry?", "🌫️"),
    Place("ask", "Ask for a 7", "🎯"),
    Place("overfit", "Does KL stop overfitting?", "🎓"),
    Place("spare", "More numbers than needed", "🎒"),
    Place("collapse", "Break it", "🧨"),
    Place("pixels", "A σ for each pixel", "🔬"),
    Place("truth", "How far below the truth?", "📏"),
    Place("ladder", "Better priors", "🪜"),
    Place("odd", "Spot the odd one", "🦄"),
    Place("stranger", "A stranger from another world", "👽"),
    Place("doubt", "How sure is it?", "🤔"),
    Place("bayes", "A Bayesian decoder", "🎰"),
    Place("hole", "Fill the hole", "🕳️"),
    Place("few", "Fifty labels", "🏷️"),
    Place("codes", "From clouds to codes", "🔤"),
)
VERSUS = Place("versus", "AE or VAE?", "🆚")
CLAIMS = Place("claims", "Claims put to the test", "🔍")
NOTEBOOK = Place("notebook", "Your notebook", "🗒️")
NEXT = {before.name: after for before, after in pairwise((*COURSE, VERSUS))}
SECTIONS = {"Lab": (HOME, *LAB), "Course": (*COURSE, VERSUS, CLAIMS, NOTEBOOK)}
