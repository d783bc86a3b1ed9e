"""Does the encoder settle first, and the decoder after it? The same run, broken off at three points."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vae_core.experiments.experiment import Experiment
from vae_core.figures import Figures
from vae_core.recipes import VAE, Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn

    from vae_core.experiments.trained import Trained

EPOCHS = {"early": 10, "half": 75, "end": 150}


def recipes(seed: int) -> dict[str, Recipe]:
    """The same seed and the same batches, so each is a beginning of the next."""
    return {label: replace(VAE, epochs=epochs, seed=seed) for label, epochs in EPOCHS.items()}


def measure(models: Mapping[str, "Trained"], seed: int) -> Figures:
    """How far the weights of each half move, as a share of their whole way from start to end.

    ``encoder_early``, ``decoder_early``: in the first epochs; ``encoder_late``, ``decoder_late``: in the second half of training.
    ``test_half``, ``test_end``: squared error a pixel on test images, ``train_half``, ``train_end`` on learned ones.
    """
    from vae_core.training import Training

    end = models["end"]
    numbers: dict[str, float] = {}
    ways = {label: trained.model for label, trained in models.items()} | {"start": Training(end.recipe, end.data).model}
    for half, name in (("encoder", "posterior"), ("decoder", "likelihood")):
        at = {when: flat(getattr(model, name)) for when, model in ways.items()}
        whole = float((at["end"] - at["start"]).norm())
        numbers |= {
            f"{half}_early": float((at["early"] - at["start"]).norm()) / whole,
            f"{half}_late": float((at["end"] - at["half"]).norm()) / whole,
        }
    for when in ("half", "end"):
        trained = models[when]
        numbers |= {f"test_{when}": trained.error(trained.data.test), f"train_{when}": trained.error(trained.data.train)}
    return Figures(numbers)


def flat(part: "nn.Module") -> "Tensor":
    """All weights of a part of a model in one row."""
    import torch

    return torch.cat([parameter.detach().flatten() for parameter in part.parameters()])


EXPERIMENT = Experiment("order", recipes, measure)
