"""Sentences with figures in them: the words come from ``content``, the figures from runs."""

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


def spread(figure: Spread, decimals: int = 2) -> str:
    """Mean ± standard deviation over seeds, with so many decimals: fewer where that of two digits has fewer, more where it would be 0.

    The figure alone, with three digits at most, if there is one seed, or if no seed plays a part in it beyond rounding.
    """
    doubt = figure.std if len(set(figure.values)) > 1 else 0.0
    if doubt < 10**-FINEST:
        return _rounded(figure.mean, min(decimals, place(figure.mean, 3)))
    shown = min(decimals, place(doubt, 2))
    shown = shown if round(doubt, shown) else place(doubt, 1)
    return NEVER_BREAK.join((_rounded(figure.mean, shown), "±", _rounded(doubt, shown)))


def exact(figure: Spread) -> str:
    """A figure of any size with its spread: that to two digits, the mean to the same place. Without a spread, three digits."""
    if len(set(figure.values)) < 2:
        return number(figure.mean, "{:,.0f}" if abs(figure.mean) >= 100 else "{:.3g}")
    if place(figure.std, 2) <= FINEST:
        return spread(figure, FINEST)
    return NEVER_BREAK.join((number(figure.mean, "{:.2g}"), "±", number(figure.std, "{:.2g}")))


def alike(*figures: Spread) -> list[str]:
    """Figures that stand side by side: with the digits of that which is known to the fewest; each as by itself if none has a spread."""
    doubts = [one.std for one in figures if len(set(one.values)) > 1]
    if not doubts or max(doubts) < 10**-FINEST:
        return [exact(one) for one in figures]
    return [spread(one, place(max(doubts), 2)) for one in figures]


def place(value: float, digits: int) -> int:
    """At which decimal a number has so many digits; negative before the point."""
    return digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2])


def _rounded(value: float, decimals: int) -> str:
    return number(round(value, decimals), f"{{:,.{max(0, decimals)}f}}")


def to_the_place_of(doubt: float) -> str:
    """The form of numbers that are known to within ``doubt``: they end where its second digit does. Without doubt, three digits."""
    if doubt <= 0:
        return "{:.3g}"
    decimals = place(doubt, 2)
    return f"{{:,.{max(0, decimals)}f}}" if decimals <= FINEST else "{:.2g}"


def percent(figure: Spread, decimals: int = 1) -> str:
    """A share as a percentage, with its spread."""
    return spread(Spread(tuple(100 * value for value in figure.values)), decimals) + f"{NEVER_BREAK}%"
