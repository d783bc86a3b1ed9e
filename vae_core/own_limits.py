"""What an upload may be at most, and how it is told that it is more."""

from dataclasses import dataclass

MEGA = 1_000_000


class BadUpload(ValueError):
    """An upload cannot be used; the message is one plain sentence that says why. It may hold the user's own words."""


@dataclass(frozen=True)
class Limits:
    """The most that is accepted.

    Attributes:
        upload: bytes of all files together.
        unpacked: bytes of all members of an archive together.
        ratio: how many times larger a member over a megabyte may become when it is unpacked.
        count: pictures.
        pixels: of one picture.
        longest: pixels along one side of it.
        scans: through a JPEG, which may come in several, each of the whole picture.
        total_pixels: of all pictures together.
        classes: different labels.
    """

    upload: int = 50 * MEGA
    unpacked: int = 250 * MEGA
    ratio: int = 100
    count: int = 20_000
    pixels: int = 25 * MEGA
    longest: int = 30_000
    scans: int = 100
    total_pixels: int = 500 * MEGA
    classes: int = 100

    def check_bytes(self, size: int) -> None:
        """Raises: BadUpload if the upload is empty or too large."""
        if size == 0:
            raise BadUpload("The file is empty.")
        if size > self.upload:
            raise BadUpload(f"The upload has {size / MEGA:.0f} MB; at most {self.upload / MEGA:.0f} MB are taken.")

    def check_count(self, count: int) -> None:
        """Raises: BadUpload if there are too many pictures."""
        if count > self.count:
            raise BadUpload(f"There are {count:,} pictures; at most {self.count:,} are taken.")

    def check_pixels(self, name: str, width: int, height: int, before: int) -> None:
        """Raises: BadUpload if this picture, or it and those ``before`` it, have too many pixels."""
        if max(width, height) > self.longest:
            raise BadUpload(f"{shown(name)} is {max(width, height):,} pixels long; at most {self.longest:,} are taken. Make it shorter.")
        if width * height > self.pixels:
            raise BadUpload(
                f"{shown(name)} has {width:,} × {height:,} pixels; at most {self.pixels // MEGA} million are taken. Make it smaller first."
            )
        if before + width * height > self.total_pixels:
            raise BadUpload(
                f"All pictures together have more than {self.total_pixels // MEGA} million pixels. Bring fewer, or smaller ones."
            )


def shown(name: str, length: int = 40) -> str:
    """A name from outside as it may stand in a sentence: printable, and not too long."""
    clean = "".join(letter if letter.isprintable() else "·" for letter in name.replace("\\", "/").rsplit("/", 1)[-1])
    return clean if 0 < len(clean) <= length else (clean[: length - 1] + "…" if clean else "a file without a name")
