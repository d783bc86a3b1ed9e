"""One colour per symbol, the same in chart and canvas, on white and on dark ground; words have tones of it (``ink``)."""

from collections import Counter
from collections.abc import Sequence

INPUT = "#7a7a7a"
AE = "#d95f02"
VAE = "#2878b5"
DISTORTION = "#1583c7"
RATE = "#CC79A7"
MU = "#009E73"
SIGMA = "#E69F00"
CODE = "#56B4E9"
PRIOR = "#808080"
WHISKER = "#8c8c8c"
SELECTED = "#d6006c"

# Okabe-Ito and Tol's bright set, darkened where they would vanish on white; neighbours differ in lightness as well as hue.
CLASSES = ("#4477AA", "#EE6677", "#228833", "#B89B1E", "#56B4E9", "#AA3377", "#E8590C", "#009E73", "#8C8C8C", "#9A6B4B")

SYMBOLS = {"ae": AE, "vae": VAE, "distortion": DISTORTION, "rate": RATE, "mu": MU, "sigma": SIGMA, "code": CODE}

_MORE_AE = (AE, "#c48600", "#e7298a", "#8f5a1c")
_MORE_VAE = (VAE, "#1fa187", "#7570b3", "#3f9bd2")
RUNS = (*_MORE_AE, *_MORE_VAE)


def class_color(label: int) -> str:
    """The colour of one class; more than ten classes share colours."""
    return CLASSES[label % len(CLASSES)]


def run_colors(posteriors: Sequence[str]) -> list[str]:
    """One colour a run: orange tones for models that encode to a point, blue tones for clouds, so that a pair looks the same everywhere."""
    seen: Counter[bool] = Counter()
    colors = []
    for posterior in posteriors:
        point = posterior in ("dirac", "codes")
        tones = _MORE_AE if point else _MORE_VAE
        colors.append(tones[seen[point] % len(tones)])
        seen[point] += 1
    return colors


def translucent(color: str, alpha: float) -> str:
    """A hex colour as ``rgba()``."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
