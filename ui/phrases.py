"""Sentences with figures in them: the words come from ``content``, the figures from runs."""

import math
import re

from vae_core.figures import Spread

FINEST = 6  # decimals
NEVER_BREAK = "\u00a0"
_PLACE = re.compile(r"\[\[([a-z0-9_]+)\]\]")


def fill(words: str, **values: str) -> str:
    """Put values in the places ``[[name]]``.

    Raises:
        KeyError: if the words have a place that no value fills.
    """
    return _PLACE.sub(lambda found: values[found[1]], words)


def number(value: float, form: str = "{:.2f}") -> str:
    """A number as it is set in print: with a minus sign rather than a hyphen, and none before zero."""
    text = form.format(value)
    return text.replace("-", "−") if re.search("[1-9]", text) else text.removeprefix("-")


def spread(figure: Spread, form: str = "{:.2f}") -> str:
    """Mean ± standard deviation over seeds; the figure alone if there is one seed, or if no seed plays a part in it."""
    mean = number(figure.mean, form)
    return mean if len(set(figure.values)) < 2 else NEVER_BREAK.join((mean, "±", number(figure.std, form)))


def exact(figure: Spread) -> str:
    """A figure of any size with its spread: that to two digits, the mean to the same place. Without a spread, three digits."""
    if len(set(figure.values)) > 1:
        return spread(figure, to_the_place_of(figure.std))
    return number(figure.mean, "{:,.0f}" if abs(figure.mean) >= 100 else "{:.3g}")


def to_the_place_of(doubt: float) -> str:
    """The form of numbers that are known to within ``doubt``: they end where its second digit does. Without doubt, three digits."""
    if doubt <= 0:
        return "{:.3g}"
    decimals = 1 - math.floor(math.log10(doubt))
    return f"{{:,.{max(0, decimals)}f}}" if decimals <= FINEST else "{:.2g}"


def percent(figure: Spread) -> str:
    """A share as a percentage, with its spread."""
    return spread(Spread(tuple(100 * value for value in figure.values)), "{:.1f}") + f"{NEVER_BREAK}%"
