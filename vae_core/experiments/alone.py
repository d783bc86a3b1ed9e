"""The experiments that settle claims of the sources and have no lesson of their own."""

from vae_core.experiments import anatomy, atlas, dimension, order, price, skew, strays, yardsticks

ALONE = (dimension, atlas, anatomy, skew, strays, order, price, yardsticks)
