"""The experiments that settle claims of the sources and have no lesson of their own."""

from vae_core.experiments import anatomy, atlas, dimension, order, skew, strays, truth, yardsticks

ALONE = (dimension, atlas, anatomy, skew, strays, truth, order, yardsticks)
