"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import (
    bayes,
    cloud,
    codes,
    collapse,
    control,
    crowd,
    denoise,
    doubt,
    elbo,
    few,
    generate,
    globe,
    hole,
    ladder,
    nearby,
    odd,
    overfit,
    pixels,
    price,
    spare,
    squeeze,
    strangers,
)
from vae_core.experiments.alone import ALONE

MODULES = (
    *(globe, squeeze, denoise, cloud, elbo, pixels, crowd, nearby, overfit, generate, price),
    *(control, spare, collapse, odd, strangers, doubt, bayes, hole, few, codes),
    *ALONE,
)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}
EXPERIMENTS |= {experiment.name: experiment for experiment in ladder.EXPERIMENTS}
