"""How the learning rate moves over a run: what it is multiplied by when so much of the run is done, 0 to 1."""

from collections.abc import Callable

Course = Callable[[float], float]

RISE, FALL = 0.25, 0.5  # shares of the run: until here it rises; from here on it falls


def constant(progress: float) -> float:
    """The same all along."""
    return 1.0


def trapezoid(progress: float) -> float:
    """Up from 0, level, and down to 0: larger steps than one could begin with, and small ones in the end.

    References:
        A Walk with SGD (Xing et al., 2018), for the shape.
    """
    return max(0.0, min(1.0, progress / RISE, (1 - progress) / (1 - FALL)))


COURSES: dict[str, Course] = {"constant": constant, "trapezoid": trapezoid}
