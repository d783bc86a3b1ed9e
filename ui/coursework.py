"""Runs that only the course's experiments asked for: there are many, so lists have them last."""

from collections.abc import Sequence
from functools import cache

from vae_core.experiments import EXPERIMENTS
from vae_core.recording import Recording


@cache
def ids() -> frozenset[str]:
    """The ids of all runs that experiments need."""
    return frozenset(
        recipe.id for experiment in EXPERIMENTS.values() for seed in experiment.seeds for recipe in experiment.recipes(seed).values()
    )


def is_coursework(recording: Recording) -> bool:
    """Whether a run is one that an experiment needs, and nobody has given it a name."""
    return recording.id in ids() and not recording.name


def last(recordings: Sequence[Recording]) -> list[Recording]:
    """The same runs in the same order, but those of the course at the end."""
    return sorted(recordings, key=is_coursework)
