"""Writing files."""

import errno
import os
import uuid
from pathlib import Path
from typing import BinaryIO

from vae_core import glance

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


def write_atomic(path: Path, body: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    temporary = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        with _begun(temporary) as file:
            file.write(body)
        os.replace(temporary, path)
        glance.forget()
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _begun(path: Path) -> BinaryIO:
    """A new file, for its owner's eyes alone; only the first in a folder looks for the folder."""
    try:
        return open(path, "xb", opener=_private)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def refusal(error: OSError) -> str:
    """Why the disk took nothing, and what to do, as the end of a sentence for people."""
    if error.errno in _FULL:
        return "the disk is full. Remove something from it, such as runs that you need no more, then try again."
    if error.errno in _FORBIDDEN:
        return "the lab may not write there. Whoever runs the lab can change that."
    return f"{error.strerror or 'it takes too long'}. Try again, or ask whoever runs the lab."
