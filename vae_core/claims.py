"""What the sources claim, and what experiments say of it. A verdict follows from figures by a stated rule; none is written down anywhere.

``sources.toml`` holds all that the sources claim. ``claims.toml`` binds a claim to an experiment and to tests: a figure must be more, or
less, than another figure or a constant, by the rule of ``figures.outcome``. ``figure_names.toml`` says for people what those figures are.
``python -m vae_core.claims`` carries all experiments out and
keeps their figures; the verdicts are drawn from them when they are read.
"""

import json
import multiprocessing
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from vae_core.catalogue import entry
from vae_core.experiments import EXPERIMENTS, Experiment
from vae_core.figures import Figures, Outcome, Replicates
from vae_core.files import write_atomic

Verdict = Literal["supported", "contradicted", "partly", "open", "untested"]

SOURCES = Path(__file__).with_name("sources.toml")
TABLE = Path(__file__).with_name("claims.toml")
NAMES = Path(__file__).with_name("figure_names.toml")
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
        sources: numbers of the texts that say so.
        topic: what it is about.
        lesson: the page of the course on which it is met.
        how: how it is tested; or, if it is not, why not. Empty if nobody has thought of a test yet.
        experiment: name of the experiment that settles it; empty if none does.
        tests: what must hold for the claim to hold.
    """

    id: str
    words: str
    sources: tuple[str, ...] = ()
    topic: str = ""
    lesson: str = ""
    how: str = ""
    experiment: str = ""
    tests: tuple[Condition, ...] = ()

    def outcomes(self, found: Replicates) -> tuple[Outcome, ...]:
        """How each test came out."""
        return tuple(found.compare(test.figure, test.than, test.times) for test in self.tests)

    def verdict(self, found: Replicates) -> Verdict:
        """Supported if all tests come out as the claim expects, contradicted if all come out the other way round.

        Partly if some hold and some fail; open while that cannot be told from chance.
        """
        outcomes = list(zip(self.outcomes(found), self.tests, strict=True))
        held = sum(came == test.expects for came, test in outcomes)
        failed = sum(came not in ("open", test.expects) for came, test in outcomes)
        if not outcomes or (held + failed < len(outcomes) and not (held and failed)):
            return "open"
        if held and failed:
            return "partly"
        return "supported" if held else "contradicted"


@cache
def claims() -> dict[str, Claim]:
    """All claims by id, in the order of ``sources.toml``.

    Raises:
        ClaimError: if a row names an experiment that is not there, lacks something, or tests what no source claims.
    """
    said, tested = ({row["id"]: row for row in _rows(path)} for path in (SOURCES, TABLE))
    if unknown := sorted(set(tested) - set(said)):
        raise ClaimError(f"Claim {unknown[0]} is tested, but no source claims it")
    return {name: _claim(row | tested.get(name, {})) for name, row in said.items()}


@cache
def figure_names() -> dict[str, dict[str, str]]:
    """What the figures that claims are tested by are, in words, by experiment and figure."""
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, Any]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))["claim"]


def _claim(row: dict[str, Any]) -> Claim:
    try:
        tests = tuple(Condition(**test) for test in row.get("tests", ()))
        claim = Claim(**{**row, "tests": tests, "sources": tuple(row.get("sources", ()))})
    except TypeError as error:
        raise ClaimError(f"Claim {row.get('id')}: {error}") from error
    if claim.experiment and claim.experiment not in EXPERIMENTS:
        raise ClaimError(f"Claim {claim.id} names an experiment that is not there: {claim.experiment}")
    if bool(claim.experiment) != bool(claim.tests):
        raise ClaimError(f"Claim {claim.id} needs both an experiment and tests, or neither")
    return claim


@dataclass(frozen=True, eq=False)
class Kept:
    """Figures from the file, with what they were computed with.

    Attributes:
        seeds: one for each of the replicates.
        made: names and versions of the software.
    """

    figures: Replicates
    seeds: tuple[int, ...]
    made: dict[str, str]


def kept(path: Path = MEASURED) -> dict[str, Kept]:
    """The figures that ``python -m vae_core.claims`` kept, by experiment; those of older code are left out.

    Raises:
        ClaimError: if the file is there and cannot be read.
    """
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Kept(
                Replicates([Figures({key: float(value) for key, value in seed.items()}) for seed in one["figures"]]),
                tuple(map(int, one["seeds"])),
                {str(part): str(version) for part, version in one["made"].items()},
            )
            for name, one in held.items()
            if name in EXPERIMENTS and one["version"] == EXPERIMENTS[name].version and "seeds" in one
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClaimError(f"The file {path.name} does not hold figures: {error}") from error


def measured(path: Path = MEASURED) -> dict[str, Replicates]:
    """The figures alone of ``kept``.

    Raises:
        ClaimError: if the file is there and cannot be read.
    """
    return {name: one.figures for name, one in kept(path).items()}


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
    """Write figures to the file that the app reads, beside those of other experiments that it holds. Takes torch."""
    held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, figures in found.items():
        experiment = EXPERIMENTS[name]
        held[name] = {
            "version": experiment.version,
            "seeds": list(experiment.seeds[: len(figures)]),
            "made": software(),
            "figures": [one.numbers for one in figures],
        }
    held = {name: one for name, one in held.items() if name in EXPERIMENTS}
    write_atomic(path, (json.dumps(held, indent=1, sort_keys=True) + "\n").encode())


def software() -> dict[str, str]:
    """What figures are computed with here. Takes torch."""
    import platform

    import numpy
    import torch

    return {"python": platform.python_version(), "torch": torch.__version__.split("+")[0], "numpy": numpy.__version__}


def _one(name: str, seed: int, data_root: Path) -> Figures:
    import torch

    torch.set_num_threads(1)
    figures = carry_out(EXPERIMENTS[name], seed, data_root)
    figures.pack()  # refuses what is not a number
    return Figures(figures.numbers)


def main(names: list[str]) -> None:
    """Carry out the named experiments, or all, keep their figures, and print what they say of the claims.

    The name ``stale`` stands for those whose kept figures are of older code, or are missing. Unless they were named, experiments whose
    data must be fetched first are left as they are.
    """
    if names == ["stale"]:
        names = sorted(set(EXPERIMENTS) - set(measured()))
        if not names:
            raise SystemExit("All kept figures are of today's code.")
    if unknown := sorted(set(names) - set(EXPERIMENTS)):
        raise SystemExit(f"There is no experiment {unknown[0]!r}. Choose from: {', '.join(EXPERIMENTS)}.")
    root = Path(os.environ.get("LATENT_LAB_DATA") or "data")
    for away in [name for name in EXPERIMENTS if not names and not _present(name, root)]:
        print(f"{away}: left out, for its data are not in {root}. To fetch them: python -m vae_core.claims {away}")
    names = names or [name for name in EXPERIMENTS if _present(name, root)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = {name: [pool.submit(_one, name, seed, root) for seed in EXPERIMENTS[name].seeds] for name in names}
        for name, answers in asked.items():
            keep({name: [answer.result() for answer in answers]})
            _tell(name, measured()[name])


def _present(name: str, root: Path) -> bool:
    """Whether the data of an experiment are on this machine."""
    return all(entry(recipe.data).present(root) for recipe in EXPERIMENTS[name].recipes(0).values())


def _tell(name: str, found: Replicates) -> None:
    print(f"{name}:", flush=True)
    for claim in claims().values():
        if claim.experiment == name:
            print(f"  {claim.id} {claim.verdict(found)}: {claim.words}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
