"""Standard deviations over seeds, as charts draw them."""

from collections.abc import Sequence

from vae_core.figures import Spread


def whiskers(figures: Sequence[Spread]) -> list[float]:
    """How long the whisker of each figure is; none has one unless all have several seeds."""
    several = all(len(figure.values) > 1 for figure in figures)
    return [figure.std if several else 0.0 for figure in figures]
