"""What an experiment is. No torch here: the app process reads recipes, workers measure."""

import hashlib
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.figures import Figures
from vae_core.recipes import Recipe

if TYPE_CHECKING:
    from vae_core.experiments.trained import Trained

_NAMED = re.compile(r"from vae_core\.experiments(?:\.| import )(\w+)")
_SHARED = tuple(Path(__file__).parent / name for name in ("trained.py", "../metrics.py"))


@dataclass(frozen=True)
class Experiment:
    """A question that trained models answer.

    Attributes:
        name: as files and pages have it.
        recipes: seed → what to train, by a short label.
        measure: (models by label, seed) → figures, on test data; the same models give the same figures. Runs where torch is.
        seeds: how often to repeat it, the first one first.
        needs_frames: whether ``measure`` looks at the course of training too.
    """

    name: str
    recipes: Callable[[int], dict[str, Recipe]]
    measure: Callable[[Mapping[str, "Trained"], int], Figures]
    seeds: tuple[int, ...] = (0, 1, 2)
    needs_frames: bool = False

    @property
    def version(self) -> str:
        """Changes with the code that measures, so that figures of older code are not served.

        That is the experiment's file, those of experiments that it names, and what measures every run.
        """
        return _version(Path(str(sys.modules[self.measure.__module__].__file__)))


@cache
def _version(own: Path) -> str:
    paths = [own]
    for path in paths:  # it grows meanwhile
        named = (path.with_name(f"{name}.py") for name in _NAMED.findall(path.read_text(encoding="utf-8")))
        paths += [one for one in dict.fromkeys(named) if one not in (*paths, Path(__file__))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in dict.fromkeys((*paths, *_SHARED)))).hexdigest()[:16]
