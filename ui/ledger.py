"""The figures behind the claims: from this lab's own runs where all seeds are done, else those that come with the lab."""

from dataclasses import dataclass

from ui import cached
from ui.phrases import exact
from ui.text import plain
from vae_core.claims import Claim, ClaimError, claims, measured
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Replicates, Spread


@dataclass(frozen=True, eq=False)
class Entry:
    """Figures of one experiment; ``own`` if they are from runs in this lab."""

    figures: Replicates
    own: bool


def figures() -> tuple[dict[str, Entry], str]:
    """What is known, by experiment; and a plain sentence if the kept figures cannot be read."""
    kept: dict[str, Replicates] = {}
    problem = ""
    try:
        kept = measured()
    except ClaimError as error:
        problem = plain(error)
    found = {}
    for name in {claim.experiment for claim in claims().values() if claim.experiment}:
        own = _own(name)
        if own is not None:
            found[name] = Entry(own, True)
        elif name in kept:
            found[name] = Entry(kept[name], False)
    return found, problem


def _own(name: str) -> Replicates | None:
    known = []
    for seed in EXPERIMENTS[name].seeds:
        one = cached.bench().known(name, seed).figures
        if one is None:
            return None
        known.append(one)
    return Replicates(known)


def table(claim: Claim, found: Replicates) -> str:
    """The figures that a claim's tests compare, as a Markdown table."""
    lines = ["| figure | measured | expected to be | than |", "|---|---:|---|---:|"]
    for test in claim.tests:
        other = found[test.than] if isinstance(test.than, str) else Spread((test.than,) * len(found))
        scaled = Spread(tuple(test.times * value for value in other.values))
        name = f" ({test.times:g} × {test.than})" if isinstance(test.than, str) and test.times != 1 else f" ({test.than})"
        told = f"{exact(scaled)}{plain(name)}" if isinstance(test.than, str) else f"{scaled.mean:g}"
        lines.append(f"| {plain(test.figure)} | {exact(found[test.figure])} | {test.expects} | {told} |")
    return "\n".join(lines)
