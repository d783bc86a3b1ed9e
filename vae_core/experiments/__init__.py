"""Small experiments that settle one question each, on runs that can be opened. Names and recipes are read without torch.

One file an experiment: ``recipes(seed)`` says what to train, ``measure(models, seed)`` what to make of it. ``table`` lists them all.
"""

from vae_core.experiments.experiment import Experiment
from vae_core.experiments.table import EXPERIMENTS

__all__ = ["EXPERIMENTS", "Experiment"]
