"""A run as pages see it: a recording with a public id, a title and a colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from jobs.store import origin, status_of
from ui import cached, own, palette, student
from ui.history import History
from ui.text import plain
from vae_core.frame import Frame, Probe
from vae_core.recipes import Recipe
from vae_core.recording import Recording, Status

LIKELIHOOD_NAMES = {
    "bernoulli": "Bernoulli",
    "gaussian": "Gaussian",
    "gaussian-learned": "Gaussian, learned σ",
    "gaussian-pixels": "Gaussian, σ per pixel",
}


@dataclass(frozen=True)
class Run:
    """One run on the screen, as it was when the page began to be drawn.

    Attributes:
        id: the id in the address and in the routes.
        title: what tells this run from the others on the screen.
        color: its colour in every chart.
    """

    id: str
    recording: Recording
    recipe: Recipe
    status: Status
    title: str
    color: str

    @cached_property
    def version(self) -> tuple[str, float, int, str, str]:
        """Changes whenever a drawing of this run would."""
        return str(self.recording.path), self.status.created, self.recording.frame_count, self.title, self.color

    @cached_property
    def probe(self) -> Probe:
        """The images that every frame encodes."""
        return cached.probe(self.recording)

    @cached_property
    def history(self) -> History:
        """The curves so far."""
        return cached.history(self.recording)

    @cached_property
    def last(self) -> Frame | None:
        """The newest frame, or None before the first."""
        count = self.recording.frame_count
        return cached.frame(self.recording, count - 1) if count else None

    @property
    def encodes_to_point(self) -> bool:
        """Whether this is an AE of some kind: no posterior, no KL."""
        return self.recipe.posterior == "dirac"

    @property
    def unit(self) -> tuple[str, str]:
        """What its losses are measured in; only runs with equal units may share an axis."""
        return unit(self.recipe)


def unit(recipe: Recipe) -> tuple[str, str]:
    """What the losses of a run of this recipe are measured in: of which data, by which likelihood."""
    likelihood = LIKELIHOOD_NAMES[recipe.likelihood]
    if recipe.likelihood == "gaussian":
        likelihood += f" σ = {recipe.sigma:g}"
    return own.title(recipe.data), likelihood


def exists(run_id: str) -> bool:
    """Whether the store knows this id."""
    return cached.store().get(run_id) is not None


def active(run_id: str) -> bool:
    """Whether a run trains or waits, here or in another process of the lab."""
    status = status_of(cached.store().get(run_id))
    return status is not None and status.active


def load(ids: Sequence[str]) -> tuple[list[Run], list[str]]:
    """The readable runs among ``ids``, and one plain sentence for each of the others."""
    found: list[tuple[str, Recording, Status]] = []
    problems = []
    for run_id in ids:
        recording = cached.store().get(run_id)
        try:
            if recording is not None:
                found.append((run_id, recording, _checked(recording)))
        except ValueError as error:
            problems.append(f"The run {plain(run_id)} cannot be read and is left out: {plain(error)}.")
    return _named(found), problems


def listed() -> tuple[list[Recording], list[str]]:
    """The own runs in this student's lists, newest first; and for the person at the machine a sentence for each folder that is none.

    Of pictures that somebody else brought, only for that person, whose disk it is: a run holds some of them. What was trained on pictures
    that are gone stays in the list, for it takes room, which only who sees it can give back.
    """
    kept, here, mine = student.may_list(), student.identity() == student.HERE, own.titles()
    found, problems = cached.store().look(None if here else kept)
    seen = [run for run in found if run.id in kept and (here or run.recipe.data in mine or not own.stored(run.recipe.data))]
    return seen, problems if here else []


def label(run_id: str) -> str:
    """One line for a list of runs: what it is, on which data, and what sets it apart."""
    recording = cached.store().get(run_id)
    try:
        return describe(recording, run_id) if recording is not None else run_id
    except ValueError:
        return f"{run_id} (unreadable)"


def describe(recording: Recording, run_id: str) -> str:
    """One line for a run: its name if it has one, what it is, and where it is from."""
    source = {"pretrained": " · pretrained", "uploaded": " · uploaded"}.get(origin(run_id), "")
    name = called(recording, run_id)
    return f"{name + ' · ' if name else ''}{summary(recording.recipe, run_id)}{source}"


def summary(recipe: Recipe, run_id: str) -> str:
    """What a recipe trains, on which data, with how many dimensions; and the id's first digits, to tell equal ones apart."""
    digits = {"pretrained": "", "uploaded": f" · {run_id[2:6]}"}.get(origin(run_id), f" · {run_id[:4]}")
    return f"{_kind(recipe)} · {own.title(recipe.data)} · d = {recipe.latent_dim}{digits}"


def _kind(recipe: Recipe) -> str:
    return f"{recipe.kind}, continued" if recipe.parent else recipe.kind


def called(recording: Recording, run_id: str) -> str:
    """What this student calls a run; else the name that an uploaded one came with; often nothing."""
    source = origin(run_id)
    mine = cached.store().shelves.name(student.identity(), run_id) if source != "pretrained" else ""
    return mine or (recording.name if source == "uploaded" else "")


def short(recording: Recording, run_id: str) -> str:
    """A run in a word or two: its name, or else its kind. Who uploaded a run chose its name, so that is said."""
    title = called(recording, run_id) or _kind(recording.recipe)
    return f"{title} (uploaded)" if origin(run_id) == "uploaded" else title


def _checked(recording: Recording) -> Status:
    """How a run stands, after a look whether what pages draw of it can be read."""
    _, status = recording.recipe, recording.status
    if recording.frame_count:
        cached.probe(recording)
        cached.frame(recording, recording.frame_count - 1)
    return status


def _named(found: Sequence[tuple[str, Recording, Status]]) -> list[Run]:
    colors = palette.run_colors([recording.recipe.posterior for _, recording, _ in found])
    names = titles([(run_id, recording.recipe, recording) for run_id, recording, _ in found])
    return [
        Run(run_id, recording, recording.recipe, status, title, color)
        for (run_id, recording, status), title, color in zip(found, names, colors, strict=True)
    ]


def titles(found: Sequence[tuple[str, Recipe, Recording | None]]) -> list[str]:
    """What tells each of these runs from the others, in as few words as will do. One that is still to be made has no recording."""
    words = [short(recording, run_id) if recording else _kind(recipe) for run_id, recipe, recording in found]
    return [
        word if words.count(word) == 1 else describe(recording, run_id) if recording else summary(recipe, run_id)
        for word, (run_id, recipe, recording) in zip(words, found, strict=True)
    ]


def by_unit(found: Sequence[Run]) -> dict[tuple[str, str], list[Run]]:
    """Runs by what their losses are measured in; each group may share an axis."""
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in found:
        groups.setdefault(run.unit, []).append(run)
    return groups
