"""One file from the net: resumed where it broke off, checked, and put in place only when it is whole."""

import hashlib
import http.client
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TIMEOUT = 20.0  # seconds without a byte
LIMIT = 256 * 2**20  # bytes; an answer without end is no data set
CHUNK = 64 * 1024


class FetchError(RuntimeError):
    """The file could not be had from any address; the message says why, in one clause."""


class Damaged(FetchError):
    """The file arrived, but is not the one that was asked for."""


def fetch(urls: Sequence[str], path: Path, md5: str, heard: Callable[[int], None]) -> None:
    """Download a file to ``path``, from the first address that has it.

    What came before a break stays beside it as ``.part`` and is gone on from next time; what fails the check is removed.

    Args:
        urls: http or https addresses of the same file.
        path: where to put it; its folder must exist.
        md5: the checksum that its publisher gives.
        heard: told how many bytes are there, again and again. What it raises ends the download.

    Raises:
        FetchError: if no address gives the file; Damaged if one gave another file.
        OSError: if the disk cannot be written.
    """
    part = path.with_name(path.name + ".part")
    problem: Exception | None = None
    for url in urls:
        for _ in range(2):  # the second time goes on from a break, or afresh after damage
            before = _size(part)
            try:
                _receive(url, part, heard)
            except HTTPError as error:
                problem = problem or FetchError(f"the server answered {error.code}")
                if error.code != 416:  # it has no more than we have: what we have is wrong
                    break
                part.unlink(missing_ok=True)
                continue
            except LostError as error:
                problem = FetchError(str(error))
                if _size(part) <= before:
                    break
                continue
            if checksum(part) == md5:
                os.replace(part, path)
                return
            part.unlink(missing_ok=True)
            problem = Damaged("the checksum of what arrived is wrong")
    assert problem is not None
    raise problem


class LostError(OSError):
    """The connection could not be made, or ended too soon."""


def checksum(path: Path) -> str:
    """MD5 of a file, in hexadecimal: the data sets' publishers give no other."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := answer.read(CHUNK):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise LostError(f"the connection broke off ({type(error).__name__})") from error


def _receive(url: str, part: Path, heard: Callable[[int], None]) -> None:
    """Append to ``part`` what it lacks, or all of it if the server cannot begin in the middle."""
    if not url.startswith(("https://", "http://")):
        raise LostError("the address is not one of the web")
    have = _size(part)
    headers = {"User-Agent": "latent-lab"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urlopen(Request(url, headers=headers), timeout=TIMEOUT)  # noqa: S310 - http and https only, see above
    except HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise LostError(f"no connection ({getattr(reason, 'strerror', None) or reason})") from error
    with answer, part.open("ab" if answer.status == 206 else "wb") as file:
        for chunk in _chunks(answer):
            file.write(chunk)
            if file.tell() > LIMIT:
                raise LostError("the answer has no end")
            heard(file.tell())
        if answer.length:  # of the promised bytes, these did not come
            raise LostError("the connection broke off")
