"""A run as one zip, to be taken away and brought back. Numpy only; nothing is ever unpickled.

The zip holds the files of a recording (see ``vae_core.recording``) under their own names. Whoever brings one is trusted in nothing: each
file is read, checked and written anew (see ``vae_core.bundle_checks``), so that what is kept is what was understood.
"""

import hashlib
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from vae_core import bundle_checks as checks
from vae_core import own_zip
from vae_core.bundle_network import check_model, check_network
from vae_core.catalogue import CATALOGUE
from vae_core.frame import Probe
from vae_core.own_limits import MEGA, BadUpload, Limits, shown
from vae_core.recipes import Recipe
from vae_core.recording import Recording, frame_file, weights_file

LIMITS = Limits(upload=50 * MEGA, unpacked=300 * MEGA, count=600)
FRAMES = 400  # a run of the lab has at most 159
_NUMBERED = re.compile(r"(frames|weights)/([0-9]{5})\.bin")
_NAME = "name.json"
_SINGLE = ("recipe.json", "status.json", "metrics.json", _NAME, "card.json", "probe.bin", "model.safetensors")
_NEEDED = ("recipe.json", "status.json", "probe.bin", frame_file(0))
_DATE = (1980, 1, 1, 0, 0, 0)  # equal runs make equal zips


def pack(recording: Recording, called: str = "") -> bytes:
    """The zip of a run that has ended, under the name that somebody gave it.

    Pictures that may not be handed on (see ``catalogue.DataSet.redistributable``) stay behind.

    Raises:
        RecordingError: if a file of it cannot be read.
    """
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _names(recording):
            content = (recording.path / name).read_bytes()
            archive.writestr(zipfile.ZipInfo(name, _DATE), _without_pictures(content, recording) if name == "probe.bin" else content, 8)
        if called:
            archive.writestr(zipfile.ZipInfo(_NAME, _DATE), json.dumps({"name": called}), 8)
    return body.getvalue()


def _names(recording: Recording) -> Iterator[str]:
    yield from (name for name in _SINGLE if name != _NAME and (recording.path / name).exists())
    yield from (frame_file(index) for index in range(recording.frame_count))
    # A run that was cut off may have weights whose frame never came.
    yield from (weights_file(index) for index in recording.key_frames if index < recording.frame_count)


def _without_pictures(body: bytes, recording: Recording) -> bytes:
    """Sets that are fetched from elsewhere are fetched anew by whoever opens the run; pictures of one's own go along."""
    source = CATALOGUE.get(recording.recipe.data)
    return body if source is None or source.redistributable else Probe.unpack(body).without_images().pack()


def size(body: bytes, limits: Limits = LIMITS) -> int:
    """Bytes that the zip of a run says it holds; ``unpack`` holds it to its word.

    Raises:
        BadUpload: if it is no zip, or one beyond the limits.
    """
    with _opened(body, limits) as archive:
        return sum(info.file_size for info in archive.infolist())


def _opened(body: bytes, limits: Limits) -> AbstractContextManager[zipfile.ZipFile]:
    """The archive; its size and its directory are looked at before they are read."""
    limits.check_bytes(len(body))
    if not own_zip.is_zip(body):
        raise BadUpload("This is not a zip. Bring one that was downloaded from the page Models.")
    return own_zip.opened(body, limits)


def unpack(body: bytes, folder: Path, limits: Limits = LIMITS) -> str:
    """Write what a zip holds as a recording; returns 16 hex digits that are the same for the same run.

    Args:
        body: the zip.
        folder: where to write; what is there after a failure is no recording.
        limits: the most that is accepted.

    Raises:
        BadUpload: if it is no zip of a run, or anything in it is not as the lab would have written it.
    """
    with _opened(body, limits) as archive:
        members = _members(archive)
        recording = Recording(folder)
        identity = hashlib.sha256()
        for name, content in _checked(archive, members):
            recording.write_bytes(name, content)
            identity.update(name.encode() + hashlib.sha256(content).digest())
        recording.write_status(checks.status(_read(archive, members, "status.json"), "model.safetensors" in members, time.time()))
        if _NAME in members:
            recording.write_name(checks.name(_read(archive, members, _NAME)))
    return identity.hexdigest()[:16]


def _members(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """The files of the zip by the names that they have in a recording; none of them is ever used as a path before it is known."""
    infos = [info for info in archive.infolist() if not info.filename.endswith("/") and not own_zip.ignored(info.filename)]
    place = next((info.filename.removesuffix("recipe.json") for info in infos if info.filename.endswith("recipe.json")), "")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removeprefix(place)
        if name not in _SINGLE and not _NUMBERED.fullmatch(name):
            raise BadUpload(f"{shown(info.filename)} is no part of a run. Bring a zip that was downloaded from the page Models.")
        if name in members:
            raise BadUpload(f"{shown(name)} is in the zip twice.")
        members[name] = info
    for name in _NEEDED:
        if name not in members:
            raise BadUpload(f"{name} is missing. Bring a zip that was downloaded from the page Models.")
    return members


def _checked(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    """The files that make the run what it is, each as the lab writes it."""
    recipe = checks.recipe(_read(archive, members, "recipe.json"))
    yield "recipe.json", json.dumps(recipe.to_dict(), indent=1, sort_keys=True).encode()
    probe = checks.probe(_read(archive, members, "probe.bin"), recipe)
    yield "probe.bin", probe.pack()
    frames, weights = _numbers(members, "frames"), _numbers(members, "weights")
    if frames != list(range(len(frames))) or len(frames) > FRAMES:
        raise BadUpload("Frames are missing from the middle of the run, or there are far too many.")
    if not weights or weights[-1] >= len(frames):
        raise BadUpload("The weights of the run are missing, or belong to frames that are not there.")
    before = -1
    for index in frames:
        name = frame_file(index)
        frame = checks.frame(_read(archive, members, name), name, index, before, probe, recipe)
        before = frame.step
        yield name, frame.pack()
    yield from _checked_weights(archive, members, weights, probe, recipe)
    if "metrics.json" in members:
        yield "metrics.json", json.dumps(checks.metrics(_read(archive, members, "metrics.json")), indent=1, sort_keys=True).encode()


def _checked_weights(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], weights: list[int], probe: Probe, recipe: Recipe
) -> Iterator[tuple[str, bytes]]:
    for index in weights:
        name = weights_file(index)
        network = check_network(_read(archive, members, name), name, index, probe, recipe)
        yield name, network.body
    if "model.safetensors" in members:
        yield "model.safetensors", check_model(_read(archive, members, "model.safetensors"), network, recipe)


def _numbers(members: Mapping[str, zipfile.ZipInfo], folder: str) -> list[int]:
    found = (_NUMBERED.fullmatch(name) for name in members)
    return sorted(int(match[2]) for match in found if match and match[1] == folder)


def _read(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    return own_zip.content(archive, members[name])
