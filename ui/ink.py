"""Words in colour: darker than marks of that colour on light ground and lighter on dark, so that they can be read.

Contrast is that of the Web Content Accessibility Guidelines 2.2, which want 4.5 of words (1.4.3).
"""

from functools import lru_cache

from ui import palette

ENOUGH = 4.5
LIGHT, DARK = "#f2f4f7", "#1c232d"  # where it is hardest: the tinted grounds of the two themes in .streamlit/config.toml
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """How far two hex colours stand out from each other: 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def on(ground: str) -> str:
    """Black or white, whichever is read better on a ground; one of them always has enough contrast."""
    return max(BLACK, WHITE, key=lambda ink: contrast(ink, ground))


@lru_cache(maxsize=64)
def tones(color: str) -> tuple[str, str]:
    """The tones of a colour for words, on light and on dark ground: as near to it as can be read."""
    return _towards(color, BLACK, LIGHT), _towards(color, WHITE, DARK)


def colored(words: str, color: str) -> str:
    """Words as Markdown, in the tone for light ground; ``style`` changes it on dark ground, for Markdown knows no themes."""
    return f':color[{words}]{{foreground="{tones(color)[0]}"}}'


def style() -> str:
    """CSS that gives all coloured words, also in formulas, their tone for the ground on which they stand."""
    return "".join(
        f'[style*="color: rgb({", ".join(map(str, _rgb(light)))})"]{{color:light-dark({light},{dark})!important}}'
        for light, dark in map(tones, (*palette.SYMBOLS.values(), *palette.RUNS))
    )


def _towards(color: str, end: str, ground: str) -> str:
    """The first colour that can be read on a ground, on the way from one colour to an end."""
    shares = (step / 100 for step in range(101))
    mixes = ("#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_rgb(color), _rgb(end), strict=True)) for share in shares)
    return next(mix for mix in mixes if contrast(mix, ground) >= ENOUGH)


def _rgb(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(color: str) -> float:
    red, green, blue = (part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
