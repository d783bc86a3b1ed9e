"""The figures behind the claims: from this lab's own runs where all seeds are done, else those that come with the lab."""

from collections.abc import Mapping
from dataclasses import dataclass

from ui import cached
from ui.phrases import NEVER_BREAK, exact, number, to_the_place_of
from ui.text import plain
from vae_core.claims import Claim, ClaimError, Condition, claims, figure_names, kept
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Replicates, Spread

# How a claim stands: what figures may say, and what is said where there are none. A sign beside the word, so that no colour is needed.
SIGNS = {"supported": "✔", "contradicted": "✘", "partly": "◐", "open": "?", "none": "○", "later": "○", "untested": "–"}


@dataclass(frozen=True, eq=False)
class Entry:
    """Figures of one experiment.

    Attributes:
        own: whether they are from runs in this lab; else they came with it.
        seeds: one for each repetition.
        made: what those that came with the lab were computed with.
    """

    figures: Replicates
    own: bool
    seeds: tuple[int, ...]
    made: Mapping[str, str]


def figures() -> tuple[dict[str, Entry], str]:
    """What is known, by experiment; and a plain sentence if the kept figures cannot be read."""
    problem = ""
    try:
        brought = kept()
    except ClaimError as error:
        brought, problem = {}, plain(error)
    found = {name: Entry(one.figures, False, one.seeds, one.made) for name, one in brought.items()}
    for name in {claim.experiment for claim in claims().values() if claim.experiment}:
        own = _own(name)
        if own is not None:
            found[name] = Entry(own, True, EXPERIMENTS[name].seeds, {})
    return found, problem


def _own(name: str) -> Replicates | None:
    known = []
    for seed in EXPERIMENTS[name].seeds:
        one = cached.bench().known(name, seed).figures
        if one is None:
            return None
        known.append(one)
    return Replicates(known)


def standing(claim: Claim, found: Mapping[str, Entry]) -> str:
    """The verdict of a claim, or why there is none: a name of ``SIGNS``."""
    if not claim.experiment:
        return "untested" if claim.how else "later"
    return claim.verdict(found[claim.experiment].figures) if claim.experiment in found else "none"


def tests(claim: Claim, found: Replicates, words: Mapping[str, str]) -> str:
    """Each test of a claim: how it came out, the figures it compares, and the 95 % interval of their difference. A Markdown list."""
    lines, names = [], figure_names()[claim.experiment]
    for test, came in zip(claim.tests, claim.outcomes(found), strict=True):
        met = words["test-open" if came == "open" else "test-held" if came == test.expects else "test-failed"]
        figure, expected = f"**{plain(names[test.figure])}:** {exact(found[test.figure])}", words[f"expects-{test.expects}"]
        lines.append(f"- {met}. {figure}, {expected} {_other(test, found, names)}. {words['difference']} {_interval(test, found)}.")
    return "\n".join(lines)


def _other(test: Condition, found: Replicates, names: Mapping[str, str]) -> str:
    if not isinstance(test.than, str):
        return number(test.times * test.than, "{:g}")
    factor = f"{test.times:g} × " if test.times != 1 else ""
    return f"{factor}{plain(names[test.than])}, {exact(found.scaled(test.than, test.times))}"


def _interval(test: Condition, found: Replicates) -> str:
    """The difference, figure less than ± half the width of its interval."""
    other = found.scaled(test.than, test.times)
    difference = Spread(tuple(a - b for a, b in zip(found[test.figure].values, other.values, strict=True)))
    if difference.margin == float("inf"):
        return "–"
    form = to_the_place_of(difference.margin)
    return f"{NEVER_BREAK}…{NEVER_BREAK}".join(number(difference.mean + side * difference.margin, form) for side in (-1, 1))
