"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import cloud, collapse, crowd, denoise, elbo, globe, ladder, overfit, squeeze

EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in (globe, squeeze, denoise, cloud, elbo, crowd, overfit, collapse)}
EXPERIMENTS |= {experiment.name: experiment for experiment in ladder.EXPERIMENTS}
