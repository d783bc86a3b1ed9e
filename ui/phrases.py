"""Sentences with figures in them: the words come from ``content``, the figures from runs."""

import re

from vae_core.figures import Spread

_PLACE = re.compile(r"\[\[([a-z0-9_]+)\]\]")


def fill(words: str, **values: str) -> str:
    """Put values in the places ``[[name]]``.

    Raises:
        KeyError: if the words have a place that no value fills.
    """
    return _PLACE.sub(lambda found: values[found[1]], words)


def spread(figure: Spread, form: str = "{:.2f}") -> str:
    """Mean ± standard deviation over seeds; the figure alone if there is one seed, or if no seed plays a part in it."""
    mean = form.format(figure.mean)
    return mean if len(set(figure.values)) < 2 else f"{mean} ± {form.format(figure.std)}"


def exact(figure: Spread) -> str:
    """A figure of any size with its spread, to three digits; large ones without decimals."""
    return spread(figure, "{:,.0f}" if abs(figure.mean) >= 100 else "{:.3g}")


def percent(figure: Spread) -> str:
    """A share as a percentage, with its spread."""
    return f"{spread(Spread(tuple(100 * value for value in figure.values)), '{:.1f}')} %"
