"""Reading a zip in memory: bounded before and while it is unpacked, and never onto the disk."""

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from vae_core.own_limits import MEGA, BadUpload, Limits, shown
from vae_core.own_pictures import Gathered

_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_ENTRY = 400  # bytes; a longer directory than this for each of the pictures that are allowed is no honest one
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = "The zip is damaged and cannot be read."
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)
_IGNORED = ("__macosx", "thumbs.db", "desktop.ini")


def is_zip(body: bytes) -> bool:
    """Whether this begins as a zip does."""
    return body[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def is_npz(archive: zipfile.ZipFile) -> bool:
    """Whether the archive holds arrays."""
    return any(info.filename.endswith(".npy") for info in archive.infolist())


@contextlib.contextmanager
def opened(body: bytes, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """The archive, once its directory has been found to be within the limits.

    Raises:
        BadUpload: if it is damaged, locked, packed in an unusual way, or would become too large.
    """
    _check_end(body, limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except _BROKEN as error:
        raise BadUpload(_DAMAGED) from error
    with archive:
        _check_members(archive, len(body), limits)
        yield archive


def _check_end(body: bytes, limits: Limits) -> None:
    """Look at the directory's size before it is read into memory."""
    end = body.rfind(_END, max(0, len(body) - 65_557))
    if end < 0 or len(body) - end < 22:
        raise BadUpload(_DAMAGED)
    if struct.unpack_from("<I", body, end + 12)[0] > _ENTRY * limits.count or body[max(0, end - 20) : end].startswith(_END64):
        raise BadUpload(f"The zip lists too many files; at most {limits.count:,} are taken.")


def _check_members(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    total = 0
    for info in archive.infolist():
        total += info.file_size
        if info.flag_bits & 1:
            raise BadUpload("The zip is locked with a password. Make one without.")
        if info.compress_type not in _METHODS:
            raise BadUpload("The zip is packed in a way that the lab does not read. Make a plain zip.")
        if info.file_size > MEGA and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise BadUpload(f"{shown(info.filename)} would become more than {limits.ratio} times larger when unpacked; it is refused.")
    if sum(info.compress_size for info in archive.infolist()) > size:
        raise BadUpload(_DAMAGED)  # members that lie over each other would be unpacked again and again
    if total > limits.unpacked:
        raise BadUpload(f"Unpacked, this would be {total / MEGA:,.0f} MB; at most {limits.unpacked / MEGA:.0f} MB are taken.")


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a member, and not one more than its entry says.

    Raises:
        BadUpload: if it is damaged, or longer than it says.
    """
    try:
        with archive.open(info) as member:
            body = member.read(info.file_size + 1)
    except _BROKEN as error:
        raise BadUpload(f"{shown(info.filename)} in the zip is damaged.") from error
    if len(body) > info.file_size:
        raise BadUpload(f"{shown(info.filename)} in the zip is longer than the zip says.")
    return body


def gather(archive: zipfile.ZipFile, gathered: Gathered) -> None:
    """Add the pictures of a zip; their folders become the labels.

    Raises:
        BadUpload: if a limit is passed, or an archive lies within the archive.
    """
    members = [info for info in archive.infolist() if not info.filename.endswith("/") and not ignored(info.filename)]
    gathered.limits.check_count(len(members))
    folders = _folders([info.filename for info in members])
    for info, folder in zip(members, folders, strict=True):
        try:
            body = content(archive, info)
        except BadUpload:
            gathered.leave_out(info.filename)
            continue
        if is_zip(body):
            raise BadUpload(f"{shown(info.filename)} is an archive within the zip. Bring a zip that holds the pictures themselves.")
        gathered.add(info.filename, body, folder)


def ignored(name: str) -> bool:
    """What systems leave in archives without being asked."""
    parts = name.lower().replace("\\", "/").split("/")
    return any(part in _IGNORED for part in parts) or any(part.startswith(".") and part.strip(".") for part in parts)


def _folders(names: list[str]) -> list[str]:
    """The first folder in which the names differ; empty for a file that lies in none."""
    parts = [[part for part in name.replace("\\", "/").split("/") if part.strip(".")] for name in names]
    while parts and all(len(path) > 1 for path in parts) and len({path[0] for path in parts}) == 1:
        parts = [path[1:] for path in parts]
    return [path[0] if len(path) > 1 else "" for path in parts]
