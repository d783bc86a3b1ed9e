"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import cloud, codes, crowd, few, generate, globe, hole, odd, overfit, squeeze

MODULES = (globe, squeeze, cloud, crowd, overfit, generate, odd, hole, few, codes)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}
