"""A recipe as a small diagram: what the encoder is shown and gives × how the decoder scores × where codes come from, and the loss.

Made from the recipe alone, as HTML that takes the page's text colour, so it is legible in light and dark.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import quote

from ui import palette
from vae_core.composition import Term, terms
from vae_core.recipes import Recipe

_POSTERIORS = {
    "dirac": ("a point", '<circle cx="20" cy="16" r="4" class="full"/>'),
    "gaussian": ("a Gaussian cloud", '<ellipse cx="20" cy="16" rx="14" ry="9"/><circle cx="20" cy="16" r="2" class="full"/>'),
    "flow": ("a cloud bent by a flow", '<path d="M6 24C2 8 20 0 34 8C40 12 34 18 28 14C20 9 14 12 14 22C13 28 8 29 6 24Z"/>'),
    "codes": ("codes from a codebook", '<path d="M20 4L30 16L20 28L10 16Z"/><path d="M20 11L25 16L20 21L15 16Z" class="full"/>'),
}
_PRIORS = {
    "normal": ("N(0, I)", '<circle cx="20" cy="16" r="13"/><circle cx="20" cy="16" r="7"/>'),
    "mixture": ("a learned mixture", '<circle cx="11" cy="20" r="7"/><circle cx="27" cy="11" r="8"/><circle cx="29" cy="25" r="4"/>'),
    "vamp": ("clouds of pseudo-inputs", '<ellipse cx="12" cy="10" rx="8" ry="4"/><ellipse cx="28" cy="15" rx="5" ry="8"/>'
             '<ellipse cx="13" cy="24" rx="9" ry="3"/>'),
    "flow": ("a learned flow", '<path d="M5 20C8 2 20 26 24 12S36 4 36 14S28 30 18 26S4 28 5 20Z"/>'),
    "staged": ("a second VAE", '<circle cx="10" cy="16" r="7"/><path d="M18 16H26M23 12L27 16L23 20"/>'
               '<path d="M30 6C38 10 36 24 30 27C32 20 27 12 30 6Z"/>'),
    "fitted-gaussian": ("a Gaussian, fitted after", '<ellipse cx="20" cy="16" rx="15" ry="8" stroke-dasharray="3 3"/>'),
    "fitted-gmm": ("a mixture, fitted after", '<circle cx="12" cy="18" r="8" stroke-dasharray="3 3"/>'
                   '<circle cx="28" cy="13" r="8" stroke-dasharray="3 3"/>'),
}  # fmt: skip
_CODE_PRIOR = ("the codes' own frequencies", '<path d="M6 28V14H12V28M16 28V5H22V28M26 28V19H32V28"/>')
_NO_PRIOR = ("none; sampled from N(0, I)", '<circle cx="20" cy="16" r="13" stroke-dasharray="3 3"/>')
_LIKELIHOODS = {
    "bernoulli": "Bernoulli pixels",
    "gaussian": "Gaussian, σ = {:g}",
    "gaussian-learned": "Gaussian, σ learned",
    "gaussian-pixels": "Gaussian, σ of each pixel from z",
}
_PIXELS = '<path d="M8 4H32V28H8ZM16 4V28M24 4V28M8 12H32M8 20H32"/><path d="M16 12H24V28H16Z" class="full"/>'
_TERMS = {
    "distortion": ("reconstruction", palette.DISTORTION),
    "rate": ("KL", palette.RATE),
    "capacity": ("|KL − {:g}|", palette.RATE),
    "free_bits": ("KL above {:g} a dimension", palette.RATE),
    "commitment": ("commitment", palette.SIGMA),
    "mmd": ("MMD", palette.MU),
    "tc": ("total correlation", palette.SIGMA),
    "contractive": ("contraction", palette.SIGMA),
    "second_stage": ("second VAE's loss", palette.CODE),
    "labels": ("labels' prior", palette.CODE),
    "classification": ("misread labels", palette.SIGMA),
    "weights": ("KL of the weights", palette.SIGMA),
}
_STYLE = """<style>
.composition{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .5rem;font-size:.82rem;line-height:1.25;margin:0 0 .5rem}
.composition>b{min-width:5.5rem}
.composition .part{display:flex;align-items:center;gap:.4rem;padding:.2rem .5rem;border-radius:.4rem}
.composition .part{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-left:4px solid var(--c)}
.composition img{width:40px;height:32px;flex:none}
.composition small{display:block;opacity:.8;font-size:.75rem}
.composition .loss span{border-bottom:3px solid var(--c)}
@media (max-width:640px){.composition>b{flex-basis:100%}}
</style>"""


@dataclass(frozen=True)
class Part:
    """One factor of a composition: what it is called, what it is here, a drawing and a colour."""

    name: str
    said: str
    drawing: str
    color: str


def parts(recipe: Recipe) -> tuple[Part, ...]:
    """Posterior, likelihood and prior."""
    said, drawing = _POSTERIORS[recipe.posterior]
    seen = [f"{recipe.slots} {said}" if recipe.posterior == "codes" else said, *_shown(recipe)]
    prior = _CODE_PRIOR if recipe.posterior == "codes" else _NO_PRIOR if _unasked(recipe) else _PRIORS[recipe.prior]
    decoder = [_LIKELIHOODS[recipe.likelihood].format(recipe.sigma)]
    decoder += ["weights are clouds"] if recipe.weights == "gaussian" else []
    decoder += ["told the label"] if recipe.told else []
    return (
        Part("posterior q(z|x)", ", ".join(seen), drawing, palette.MU),
        Part("likelihood p(x|z)", ", ".join(decoder), _PIXELS, palette.DISTORTION),
        Part("prior p(z)", prior[0], prior[1], palette.PRIOR),
    )


def _unasked(recipe: Recipe) -> bool:
    """Whether nothing brings the codes near the prior, nor the prior near the codes."""
    return recipe.posterior == "dirac" and recipe.prior == "normal" and recipe.mmd == 0


def _shown(recipe: Recipe) -> list[str]:
    """What is done to the encoder's input, and what it is told beside it."""
    found = [f"input noise {recipe.noise:g}"] if recipe.noise else []
    found += [f"{recipe.mask:.0%} of the input hidden"] if recipe.mask else []
    found += ["told the label"] if recipe.conditional and not recipe.labels else []
    return [*found, f"a classifier learns from {recipe.labels} labels"] if recipe.labels else found


def loss(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """The terms of the loss as (words, colour); weights of 1 are left out."""
    return tuple((_worded(recipe, term), _TERMS[term.name][1]) for term in terms(recipe))


def _worded(recipe: Recipe, term: Term) -> str:
    word = _TERMS[term.name][0].format(recipe.capacity if term.name == "capacity" else recipe.free_bits)
    if term.name == "rate" and recipe.posterior == "codes":
        word = "−log p(codes)"  # codes are certain: no KL between clouds
    if term.weight is None:
        return f"0…{recipe.beta:g} · {word}"
    return word if term.weight == 1 else f"{term.weight:g} · {word}"


def words(recipe: Recipe) -> str:
    """The diagram for those who do not see it."""
    factors = " × ".join(f"{part.name}: {part.said}" for part in parts(recipe))
    return f"{recipe.kind}. {factors}. Loss: {' + '.join(word for word, _ in loss(recipe))}."


def html(*recipes: Recipe) -> str:
    """One line a recipe."""
    return _STYLE + "".join(_line(recipe) for recipe in recipes)


def _picture(part: Part) -> str:
    """The drawing as an address: the page lets no SVG through as it stands."""
    style = f"<style>.full{{fill:{part.color}}}</style>"
    look = f'fill="none" stroke="{part.color}" stroke-width="2" stroke-linejoin="round"'
    return "data:image/svg+xml," + quote(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 32" {look}>{style}{part.drawing}</svg>')


@lru_cache(maxsize=256)
def _line(recipe: Recipe) -> str:
    factors = "<span>×</span>".join(
        f'<div class="part" style="--c:{part.color}"><img alt="" src="{_picture(part)}">'
        f"<div><small>{escape(part.name)}</small>{escape(part.said)}</div></div>"
        for part in parts(recipe)
    )
    summed = " + ".join(f'<span style="--c:{color}">{escape(word)}</span>' for word, color in loss(recipe))
    return (
        f'<div class="composition" role="img" aria-label="{escape(words(recipe))}"><b>{escape(recipe.kind)}</b>{factors}'
        f'<div class="loss">loss = {summed}</div></div>'
    )
