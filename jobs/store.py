"""Runs on disk. Several processes may use one folder: every file is renamed into place whole, and a new run is claimed by one of them."""

import dataclasses
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from jobs.census import Stored, stored
from jobs.pulses import Pulses
from jobs.shelves import Shelves
from jobs.stops import Stops
from vae_core import bundle, glance
from vae_core.files import refusal
from vae_core.recipes import Recipe
from vae_core.recording import Recording, RecordingError, Status

logger = logging.getLogger(__name__)

RUN_ID = re.compile(r"(u-)?[0-9a-f]{16}")
PRETRAINED_ID = re.compile(r"p-([a-z0-9-]{1,40})")
SERVER_RESTARTED = "The server was restarted while this run was training."
PATIENCE = 5.0  # seconds to wait for another process that is making a run
STAGES = (".deleted-*", ".new-*", ".uploading-*")
LEFT_OVER = 60.0  # seconds without a change after which a folder on its way in or out belongs to a process that was killed


class StoreError(RuntimeError):
    """The store cannot do that; the message says why."""


def origin(run_id: str) -> str:
    """Where a run comes from, by its public id: ``pretrained``, ``uploaded``, or ``trained`` here."""
    return {"p-": "pretrained", "u-": "uploaded"}.get(run_id[:2], "trained")


def status_of(recording: Recording | None) -> Status | None:
    """How a run stands; None if there is none, or it was removed since it was found."""
    try:
        return recording.status if recording is not None else None
    except RecordingError:
        return None


def served(status: Status | None) -> bool:
    """Whether a run that stands so is served to whoever asks for it, rather than made afresh."""
    return status is not None and (status.active or status.state == "done")


class Store:
    """The runs below ``root``, and the read-only recordings below ``pretrained``.

    Attributes:
        shelves: which student keeps which run.
        stops: which runs of other processes are to stop.
        alive: ids of the runs that this process trains or has in line; kept by the engine.
    """

    def __init__(self, root: Path, pretrained: Path) -> None:
        self.root, self.pretrained = root, pretrained
        self.shelves, self.stops = Shelves(root), Stops(root)
        self.alive: set[str] = set()
        self._pulses = Pulses()
        self._endings: dict[str, Status] = {}  # of runs that are over, which the disk does not take now
        self._pretrained: list[Recording] = []

    def look(self, run_ids: Iterable[str] | None = None) -> tuple[list[Recording], list[str]]:
        """Own runs, newest first, all or those of ``run_ids``; and one sentence for each folder that cannot be read."""
        problems: list[str] = []
        names = run_ids if run_ids is not None else os.listdir(self.root) if self.root.is_dir() else []
        found = sorted(self._readable(self.root, names, RUN_ID, problems), key=lambda pair: (-pair[0], pair[1].id))
        return [recording for _, recording in found], problems

    def pretrained_runs(self) -> list[Recording]:
        """The recordings that come with the project, by name. They stay as they are while it runs, so they are read once."""
        if not self._pretrained and self.pretrained.is_dir():
            found = self._readable(self.pretrained, os.listdir(self.pretrained), re.compile("[a-z0-9-]{1,40}"), [])
            self._pretrained = sorted((recording for _, recording in found), key=lambda recording: recording.id)
        return list(self._pretrained)

    def census(self, run_ids: Iterable[str] | None = None) -> list[Stored]:
        """What own runs take, in no order: all that can be read, or those of ``run_ids`` that are here."""
        names = run_ids if run_ids is not None else os.listdir(self.root) if self.root.is_dir() else []
        found = (stored(self.root / name) for name in names if RUN_ID.fullmatch(name))
        return [run for run in found if run is not None]

    def get(self, run_id: str) -> Recording | None:
        """The recording with this public id (a run's, ``u-<hex>`` or ``p-<name>``), or None if there is no readable one."""
        path = self._path(run_id)
        try:
            return self._settled(path) if path is not None else None
        except RecordingError:
            return None

    def public_id(self, recording: Recording) -> str:
        """The id under which a recording is served: the run's id, or ``p-<name>`` for a pretrained one."""
        return f"p-{recording.id}" if recording.path.parent == self.pretrained else recording.id

    def claim(self, recipe: Recipe) -> Recording | None:
        """Make the folder of a new run; None if it is there already, finished or in training, by whichever process.

        Raises:
            StoreError: if the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".claims.lock", timeout=PATIENCE):
                if served(status_of(self.get(recipe.id))):
                    return None
                return self.create(recipe)
        except OSError as error:
            raise self._refused(error) from error

    def create(self, recipe: Recipe) -> Recording:
        """Make the folder of a new run, in state queued; what stood there before is removed once the new one can be written.

        Raises:
            StoreError: if the folder cannot be written.
        """
        staging, path = self.root / f".new-{uuid.uuid4().hex}", self.root / recipe.id
        now = time.time()
        try:
            Recording(staging).create(recipe, Status("queued", created=now, updated=now))
            self._put(staging, path)
        except OSError as error:
            raise self._refused(error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self._endings.pop(recipe.id, None)
        self._pulses.forget(recipe.id)
        self.stops.forget(recipe.id)
        return Recording(path)

    def adopt(self, body: bytes) -> str:
        """Keep a run that somebody brings as a zip (see ``vae_core.bundle``), and return its id, ``u-<16 hex>``.

        The id is made from what the zip holds. So it can never be the id of a recipe, whose run here is everybody's result, and the same
        zip is kept once.

        Raises:
            BadUpload: if it is no run; nothing of it is then left.
            StoreError: if it cannot be written.
        """
        staging = self.root / f".uploading-{uuid.uuid4().hex}"
        try:
            run_id = f"u-{bundle.unpack(body, staging)}"
            if self.get(run_id) is None:
                self._put(staging, self.root / run_id)
        except OSError as error:
            raise self._refused(error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return run_id

    def delete(self, run_id: str) -> None:
        """Remove a run; an unknown id is no error.

        Raises:
            StoreError: if the run is pretrained or in training, or its folder cannot be removed.
        """
        path = self._path(run_id)
        if path is None:
            return
        if path.parent != self.root:
            raise StoreError("Pretrained models come with the lab and stay.")
        if run_id in self.alive:
            raise StoreError("This run is still training. Stop it first.")
        try:
            self._remove(path)
        except OSError as error:
            raise StoreError(f"The run cannot be removed: {refusal(error)}") from error
        self._pulses.forget(run_id)
        self.stops.forget(run_id)

    def discard(self, run_id: str) -> None:
        """Remove a run, unless somebody trains it by now; meanwhile no process can begin it anew.

        Raises:
            StoreError: if it is in training, or as ``delete`` does.
        """
        try:
            with FileLock(self.root / ".claims.lock", timeout=PATIENCE):
                known = status_of(self.get(run_id))
                if known is not None and known.active:
                    raise StoreError("This run is still training. Stop it first.")
                self.delete(run_id)
        except OSError as error:
            raise self._refused(error) from error

    def clear_remains(self, run_id: str) -> None:
        """Remove what was written of a run after another process had deleted it."""
        path = self.root / run_id
        if RUN_ID.fullmatch(run_id) and not (path / "recipe.json").exists():
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self, seconds: float = LEFT_OVER) -> None:
        """Remove what killed processes left half-way in or out."""
        for path in (path for stage in STAGES for path in self.root.glob(stage)):
            if time.time() - _touched(path) > seconds:
                shutil.rmtree(path, ignore_errors=True)

    def update(self, run_id: str, **fields: Any) -> Status:
        """Change fields of a run's status; ``updated`` becomes now.

        Raises:
            StoreError: if there is no such run of our own.
            RecordingError: if its status cannot be read.
        """
        path = self._path(run_id)
        if path is None or path.parent != self.root:
            raise StoreError(f"There is no run {run_id[:40]!r} to change.")
        recording = Recording(path)
        status = dataclasses.replace(recording.status, **fields, updated=time.time())
        recording.write_status(status)
        return status

    def conclude(self, recording: Recording, state: str, message: str, **fields: Any) -> Recording:
        """End a run, with what else of its status changes, and return it as it now stands.

        Where the disk refuses that, it is kept in mind until the disk takes it.

        Raises:
            RecordingError: if the run is gone from the disk.
        """
        ending = dataclasses.replace(recording.status, **fields, state=state, message=message, updated=time.time())
        try:
            recording.write_status(ending)
        except OSError as error:
            if recording.id not in self._endings:
                logger.warning("The end of run %s cannot be written: %s", recording.id, error)
            self._endings[recording.id] = ending
            return Recording(recording.path, ending)
        self._endings.pop(recording.id, None)
        return recording

    def _path(self, run_id: str) -> Path | None:
        if RUN_ID.fullmatch(run_id):
            return self.root / run_id
        pretrained = PRETRAINED_ID.fullmatch(run_id)
        return self.pretrained / pretrained[1] if pretrained else None

    def _readable(
        self, folder: Path, names: Iterable[str], pattern: re.Pattern[str], problems: list[str]
    ) -> Iterator[tuple[float, Recording]]:
        for name in sorted(names):
            path = folder / name
            try:
                if pattern.fullmatch(name):
                    recording = self._settled(path)
                    yield recording.status.created, recording
                elif not name.startswith(".") and path.is_dir():
                    problems.append(f"{name}: this folder was not made by the lab; it is skipped.")
            except RecordingError as error:
                if path.is_dir():  # it was not deleted meanwhile
                    problems.append(f"{error}. This folder is skipped; delete it if you do not need it.")

    def _settled(self, path: Path) -> Recording:
        """The recording, read once to see that it can be; a run whose trainer is gone becomes stopped."""
        recording = Recording(path)
        _ = recording.recipe
        status = recording.status
        if not status.active or recording.id in self.alive or path.parent != self.root:
            return recording
        ending = self._endings.get(recording.id)
        if ending is not None and ending.created == status.created:
            return self.conclude(recording, ending.state, ending.message)
        if self._pulses.silent(recording.id, status.updated):
            return self.conclude(recording, "stopped", f"{SERVER_RESTARTED} {kept(recording.frame_count)}")
        return recording

    def _refused(self, error: OSError) -> StoreError:
        return StoreError(f"The folder for runs, {self.root}, cannot be written: {refusal(error)}")

    def _put(self, staging: Path, path: Path) -> None:
        """A whole folder in the place of what stood there."""
        self._remove(path)
        os.replace(staging, path)
        glance.forget()

    def _remove(self, path: Path) -> None:
        """Out of sight in one step, then away, so that nobody meets half a run."""
        if not path.exists():
            return
        doomed = path.with_name(f".deleted-{uuid.uuid4().hex}")
        os.replace(path, doomed)
        glance.forget()
        shutil.rmtree(doomed, ignore_errors=True)


def kept(frames: int) -> str:
    """What to tell people about a run that ended early."""
    return f"{kept_so_far(frames) or 'Its 0 frames are kept.'} Train again to finish it."


def kept_so_far(frames: int) -> str:
    """The same, if there is anything, where the way on is another one."""
    if frames == 0:
        return ""
    return "Its one frame is kept." if frames == 1 else f"Its {frames} frames are kept."


def _touched(path: Path) -> float:
    """When a file last came into a folder or one below, seconds since the epoch; now, if the folder is going away."""
    try:
        return max(one.stat().st_mtime for one in [path, *path.rglob("*/")])
    except OSError:
        return time.time()
