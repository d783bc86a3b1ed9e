"""What the sources claim, and what experiments say of it. A verdict follows from figures by a stated rule; none is written down anywhere.

``claims.toml`` binds a claim to an experiment and to tests: a figure must be more, or less, than another figure or a constant, by the rule
of ``figures.outcome``. ``python -m vae_core.claims`` carries all experiments out and keeps their figures; the verdicts are drawn from them
when they are read.
"""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from vae_core.experiments import EXPERIMENTS, Experiment
from vae_core.figures import Figures, Outcome, Replicates
from vae_core.files import write_atomic

Verdict = Literal["supported", "contradicted", "partly", "open", "untested"]

TABLE = Path(__file__).with_name("claims.toml")
MEASURED = Path(__file__).parent.parent / "pretrained" / "claims.json"


class ClaimError(ValueError):
    """The table of claims, or the file of figures, is not as it should be; the message says where."""


@dataclass(frozen=True)
class Condition:
    """A figure is expected to be ``more`` or ``less`` than ``times`` another one (a name), or than ``times`` a constant."""

    figure: str
    expects: Outcome
    than: str | float
    times: float = 1.0


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        id: as in the table; the first letter is that of its subject.
        words: what the sources say, in short.
        how: how it is tested; or, if it is not, why not.
        experiment: name of the experiment that settles it; empty if none does.
        tests: what must hold for the claim to hold.
    """

    id: str
    words: str
    how: str
    experiment: str = ""
    tests: tuple[Condition, ...] = ()

    def verdict(self, found: Replicates) -> Verdict:
        """Supported if all tests come out as the claim expects, contradicted if all come out the other way round.

        Partly if some hold and some fail; open while that cannot be told from chance.
        """
        outcomes = [(found.compare(test.figure, test.than, test.times), test.expects) for test in self.tests]
        held = sum(came == expected for came, expected in outcomes)
        failed = sum(came not in ("open", expected) for came, expected in outcomes)
        if not outcomes or (held + failed < len(outcomes) and not (held and failed)):
            return "open"
        if held and failed:
            return "partly"
        return "supported" if held else "contradicted"


@cache
def claims() -> dict[str, Claim]:
    """All claims by id, in the table's order.

    Raises:
        ClaimError: if a row names an experiment that is not there, or lacks something.
    """
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["claim"]
    return {row["id"]: _claim(row) for row in rows}


def _claim(row: dict[str, Any]) -> Claim:
    try:
        claim = Claim(**{**row, "tests": tuple(Condition(**test) for test in row.get("tests", ()))})
    except TypeError as error:
        raise ClaimError(f"Claim {row.get('id')}: {error}") from error
    if claim.experiment and claim.experiment not in EXPERIMENTS:
        raise ClaimError(f"Claim {claim.id} names an experiment that is not there: {claim.experiment}")
    if bool(claim.experiment) != bool(claim.tests):
        raise ClaimError(f"Claim {claim.id} needs both an experiment and tests, or neither")
    return claim


def measured(path: Path = MEASURED) -> dict[str, Replicates]:
    """The figures that ``python -m vae_core.claims`` kept, by experiment; those of older code are left out.

    Raises:
        ClaimError: if the file is there and cannot be read.
    """
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Replicates([Figures({key: float(value) for key, value in seed.items()}) for seed in one["figures"]])
            for name, one in kept.items()
            if name in EXPERIMENTS and one["version"] == EXPERIMENTS[name].version
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClaimError(f"The file {path.name} does not hold figures: {error}") from error


def carry_out(experiment: Experiment, seed: int, data_root: Path) -> Figures:
    """Train and measure one experiment with one seed, here and now. Takes torch."""
    from vae_core.data import load
    from vae_core.experiments.trained import Trained
    from vae_core.training import steps

    models = {}
    for label, recipe in experiment.recipes(seed).items():
        data, frames = load(recipe, data_root), []
        for training in steps(recipe, data):
            if experiment.needs_frames and training.due:
                frames.append(training.frame())
        models[label] = Trained(recipe, training.model, data, tuple(frames))
    return experiment.measure(models, seed)


def keep(found: Mapping[str, Sequence[Figures]], path: Path = MEASURED) -> None:
    """Write figures to the file that the app reads, beside those of other experiments that it holds."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, figures in found.items():
        kept[name] = {"version": EXPERIMENTS[name].version, "figures": [one.numbers for one in figures]}
    write_atomic(path, (json.dumps(kept, indent=1, sort_keys=True) + "\n").encode())


def main(names: list[str]) -> None:
    """Carry out the named experiments, or all, keep their figures, and print what they say of the claims."""
    import os

    import torch

    torch.set_num_threads(1)
    if unknown := sorted(set(names) - set(EXPERIMENTS)):
        raise SystemExit(f"There is no experiment {unknown[0]!r}. Choose from: {', '.join(EXPERIMENTS)}.")
    root = Path(os.environ.get("LATENT_LAB_DATA") or "data")
    for name in names or list(EXPERIMENTS):
        keep({name: [carry_out(EXPERIMENTS[name], seed, root) for seed in EXPERIMENTS[name].seeds]})
        found = measured()[name]
        for claim in claims().values():
            if claim.experiment == name:
                print(f"{claim.id} {claim.verdict(found)}: {claim.words}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
