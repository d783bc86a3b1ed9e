"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import cloud, crowd, globe, ladder, overfit, squeeze

EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in (globe, squeeze, cloud, crowd, overfit)}
EXPERIMENTS |= {experiment.name: experiment for experiment in ladder.EXPERIMENTS}
