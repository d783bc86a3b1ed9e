"""A decoder whose weights are clouds: where those that are drawn from it disagree."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.doubt import how_often
from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import AE, Recipe

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from vae_core.experiments.trained import Trained

SHOWN = 8
SIDE, STEPS = 40, 9


def recipes(seed: int) -> dict[str, Recipe]:
    """An AE of two numbers, whose decoder is Bayesian."""
    return {"bayes": replace(AE, weights="gaussian", epochs=100, seed=seed)}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """``on`` and ``off``: how much drawn decoders disagree where codes lie and where none does, in pixel units.

    ``tells``: how often more at a place of the second kind than at one of the first. ``lost``: how much on the codes of noise.
    ``new_away`` and ``noise_away``: mean distance from the code of a test image, and of noise, to the nearest code of a training image.
    """
    import torch

    from vae_core.bayesian import spread
    from vae_core.particulars import far_from

    bayes = models["bayes"]
    decoder, x = bayes.model.likelihood, bayes.data.test
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(seed))
    known, codes, strays = (bayes.posterior(images).mean for images in (bayes.data.train, x, noise))
    on, off = spread(decoder, codes), spread(decoder, far_from(codes))
    numbers = {"on": float(on.mean()), "off": float(off.mean()), "lost": float(spread(decoder, strays).mean())}
    numbers["tells"] = how_often(on, off)
    away = {"new_away": codes, "noise_away": strays}
    numbers |= {name: float(torch.cdist(places, known).amin(1).mean()) for name, places in away.items()}
    return Figures(numbers, walk(bayes, codes) | {"codes": codes.numpy(), "strays": strays.numpy()})


def walk(bayes: "Trained", codes: "Tensor") -> dict[str, "np.ndarray"]:
    """The plane of codes (n, 2): ``field``, how much drawn decoders disagree on a grid of ``SIDE`` × ``SIDE`` places over ``box``.

    And a way in ``STEPS`` steps from the middle of the codes to the grid's place that is farthest from any: ``way`` (STEPS, 2), how much
    they disagree there, ``doubts`` (STEPS,), and what ``SHOWN`` of them paint: ``painted`` (STEPS · SHOWN, pixels).
    """
    import torch

    from vae_core.bayesian import drawn, framed, plane, spread
    from vae_core.model import numpy_image

    decoder, (low, high) = bayes.model.likelihood, framed(codes)
    grid = plane(low, high, SIDE)
    start = codes[(codes - codes.mean(0)).norm(dim=-1).argmin()]
    end = grid[torch.cdist(grid, codes).amin(1).argmax()]
    way = torch.lerp(start, end, torch.linspace(0, 1, STEPS)[:, None])
    painted = drawn(decoder, way, SHOWN).clamp(0, 1).transpose(0, 1).flatten(0, 1)
    places = {"box": torch.stack([low, high]), "field": spread(decoder, grid).view(SIDE, SIDE), "way": way, "doubts": spread(decoder, way)}
    return {name: value.numpy() for name, value in places.items()} | {"painted": numpy_image(painted)}


EXPERIMENT = Experiment("bayes", recipes, measure)
