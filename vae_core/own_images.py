"""A user's own pictures: a zip, an .npz, or single pictures become one small grey data set, or are refused with the reason.

Nothing is unpickled and nothing is written: archives are read member by member in memory. ``save`` alone writes. Numpy and Pillow only.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

from vae_core import own_arrays, own_data, own_zip
from vae_core.own_data import SIDES, Pictures
from vae_core.own_limits import BadUpload, Limits
from vae_core.own_pictures import Gathered, finish

__all__ = ["LEAST", "SIDES", "BadUpload", "Limits", "Pictures", "read", "save"]

LEAST = 20


def read(files: Sequence[tuple[str, bytes]], side: int = 28, invert: bool | None = None, limits: Limits | None = None) -> Pictures:
    """Turn an upload into grey pictures of one size.

    Args:
        files: name and content of each file: one zip of pictures, one .npz, or pictures. What a file is, its content says, not its name.
        side: height and width to bring them to, one of ``SIDES``.
        invert: whether to swap dark and bright; None to do so where the pictures are dark on a bright ground.
        limits: what to accept at most.

    Raises:
        BadUpload: with one plain sentence. It may hold file names, which are the user's words.
    """
    limits = limits or Limits()
    if side not in SIDES:
        raise BadUpload(f"Choose {SIDES[0]} or {SIDES[1]} pixels.")
    if not files:
        raise BadUpload("There is no file. Bring a zip of pictures, an .npz, or pictures.")
    limits.check_bytes(sum(len(body) for _, body in files))
    with warnings.catch_warnings():  # a file may be made so that each of its thousands of marks is a line in the log
        warnings.simplefilter("ignore")
        return finish(_gathered(files, side, limits), invert)


def _gathered(files: Sequence[tuple[str, bytes]], side: int, limits: Limits) -> Gathered:
    gathered = Gathered(side, limits)
    archives = [body for _, body in files if own_zip.is_zip(body)]
    if archives and len(files) > 1:
        raise BadUpload("Bring one zip or one .npz at a time, or several pictures.")
    if not archives:
        gathered.add_files(files)
    else:
        with own_zip.opened(archives[0], limits) as archive:
            if own_zip.is_npz(archive):
                own_arrays.gather(archive, gathered)
            else:
                own_zip.gather(archive, gathered)
    return gathered


def save(pictures: Pictures, root: Path, title: str = "", keep: bool = False, who: str = "") -> str:
    """Write pictures below the data root and return the data set's name for a recipe, ``own-<16 hex>``.

    ``who`` brought them. Without ``keep`` they are not listed for others and last until ``own_data.sweep``.

    Raises:
        BadUpload: if they are too few to train on and to test with, or the disk cannot be written.
    """
    if len(pictures.images) < LEAST:
        count = "one picture" if len(pictures.images) == 1 else f"{len(pictures.images)} pictures"
        raise BadUpload(f"This is {count}; a model needs at least {LEAST}, some to learn from and some to be judged on.")
    try:
        return own_data.store(pictures, root, title, keep, who)
    except OSError as error:
        raise BadUpload(f"The pictures could not be kept: {error.strerror}.") from error
