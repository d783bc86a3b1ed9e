"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import cloud, crowd, globe, overfit, squeeze
from vae_core.experiments.alone import ALONE

EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in (globe, squeeze, cloud, crowd, overfit, *ALONE)}
