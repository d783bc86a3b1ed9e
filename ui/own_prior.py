"""Draws from a model's own prior, as its weights carry them; numpy only."""

import numpy as np

from ui.runs import Run
from vae_core import wire

SAMPLES = "prior.samples"


def there(run: Run) -> bool:
    """Whether a run learned its prior, or was fitted with one, so that it is not N(0, I)."""
    return run.recipe.prior != "normal" or run.recipe.posterior == "codes"


def draws(run: Run) -> np.ndarray | None:
    """Codes drawn from a run's own prior, (n, d); None where the prior is N(0, I), or no draws were kept that can be read."""
    keys = run.recording.key_frames
    if not (keys and there(run)):
        return None
    try:
        _, arrays = wire.unpack(run.recording.weights_bytes(keys[-1]))
    except ValueError:
        return None
    return arrays[SAMPLES].astype(np.float32) if SAMPLES in arrays else None
