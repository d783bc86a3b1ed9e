"""All experiments, by name. A new one is a file beside this one and a line here."""

from vae_core.experiments import (
    anatomy,
    atlas,
    bayes,
    cloud,
    codes,
    collapse,
    control,
    crowd,
    denoise,
    dimension,
    doubt,
    elbo,
    few,
    generate,
    globe,
    hole,
    ladder,
    mean,
    nearby,
    odd,
    order,
    overfit,
    pixels,
    price,
    skew,
    spare,
    squeeze,
    strangers,
    strays,
    truth,
    yardsticks,
)

# In the order of the course; then those that settle claims of the sources and have no lesson.
MODULES = (
    *(globe, squeeze, denoise, cloud, elbo, crowd, mean, nearby, generate, price, control, overfit),
    *(spare, collapse, pixels, truth, odd, strangers, doubt, bayes, hole, few, codes),
    *(dimension, atlas, anatomy, skew, strays, order, yardsticks),
)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}
EXPERIMENTS |= {experiment.name: experiment for experiment in ladder.EXPERIMENTS}
