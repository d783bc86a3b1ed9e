"""Pictures of any size and mode, one after the other, become small grey ones; with a word on what was done."""

import io
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from PIL import ExifTags, Image

from vae_core.own_data import Pictures
from vae_core.own_limits import BadUpload, Limits, shown

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")  # not TIFF: its decoder is large, has a long record of holes, and writes to stderr
_SCAN = b"\xff\xda"  # begins a scan; among compressed pixels these two bytes never follow each other
BRIGHT, EVEN = 170, 45  # of 255: how bright, and how even, borders are around something drawn on paper
NAMED = 3
_GREY = ("1", "L", "LA", "La")
_UPRIGHT = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_270],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_90],
}


class Gathered:
    """The pictures of one upload, as they come in.

    Attributes:
        images: uint8, each of shape (side, side).
        labels: one word for each picture; all empty if there are no labels.
        done: how many pictures each thing was done to.
        sizes: width and height of what was brought.
        dropped: names of files that could not be read.
    """

    def __init__(self, side: int, limits: Limits) -> None:
        self.side, self.limits = side, limits
        self.images: list[np.ndarray] = []
        self.labels: list[str] = []
        self.done: Counter[str] = Counter()
        self.sizes: list[tuple[int, int]] = []
        self.dropped: list[str] = []
        self.remarks: list[str] = []
        self._pixels = 0

    def add_files(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Add single pictures, without labels.

        Raises:
            BadUpload: if a limit is passed.
        """
        self.limits.check_count(len(files))
        for name, body in files:
            self.add(name, body, "")

    def add(self, name: str, body: bytes, label: str) -> None:
        """Add one picture; a file that is none is left out.

        Raises:
            BadUpload: if it has too many pixels, or takes too long to read.
        """
        try:
            with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
                size = picture.size  # before a decoder that scales
                self.count_pixels(name, *size)
                if picture.format == "JPEG" and body.count(_SCAN) > self.limits.scans:
                    raise BadUpload(f"{shown(name)} would take too long to read. Save it anew with another program.")
                self._append(self._small(picture), size, label)
        except BadUpload:
            raise
        except Image.DecompressionBombError as error:
            raise BadUpload(f"{shown(name)} has far too many pixels. Make it smaller first.") from error
        except Exception:  # a decoder may fail on broken bytes in any way; the picture is then no picture
            self.leave_out(name)

    def add_grey(self, grey: np.ndarray, label: str) -> None:
        """Add one picture that is uint8 already, shape (height, width)."""
        height, width = grey.shape
        self._append(self._fit(Image.fromarray(grey)), (width, height), label)

    def count_pixels(self, name: str, width: int, height: int) -> None:
        """Raises: BadUpload if this picture is too much. It is called before the picture is decoded."""
        self.limits.check_pixels(name, width, height, self._pixels)
        self._pixels += width * height

    def leave_out(self, name: str) -> None:
        """Remember a file that is not a readable picture."""
        self.dropped.append(name)

    def _append(self, image: Image.Image, size: tuple[int, int], label: str) -> None:
        self.images.append(np.asarray(image, np.uint8))
        self.labels.append(label)
        self.sizes.append(size)

    def _small(self, picture: Image.Image) -> Image.Image:
        if picture.format == "JPEG":
            picture.draft(picture.mode, (4 * self.side, 4 * self.side))  # decodes a large photograph at a fraction of its size
        if getattr(picture, "is_animated", False):
            self.done["moving"] += 1
            picture.seek(0)
        picture.load()
        turns = _UPRIGHT.get(_orientation(picture), [])
        grey = self._fit(self._grey(picture))
        for turn in turns:
            grey = grey.transpose(turn)
        self.done["turned"] += bool(turns)
        return grey

    def _grey(self, picture: Image.Image) -> Image.Image:
        """Mode L, or LA where parts are transparent."""
        mode = picture.mode
        if mode.startswith("I"):
            self.done["deep"] += 1
            return _eight_bits(picture)
        self.done["colour"] += mode not in _GREY
        if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
            picture = picture.convert("RGBA").convert("LA")
            if picture.getchannel("A").getextrema() != (255, 255):
                self.done["transparent"] += 1
                return picture
        return (picture.convert("RGB") if mode == "CMYK" else picture).convert("L")

    def _fit(self, picture: Image.Image) -> Image.Image:
        """Scale to the side, proportions kept; what is missing gets the tone of the picture's border."""
        scale = self.side / max(picture.size)
        size = tuple(max(1, round(length * scale)) for length in picture.size)
        if picture.size != size:
            picture = picture.resize((size[0], size[1]), Image.Resampling.BICUBIC, reducing_gap=3.0)
        picture = _on_ground(picture)
        if size[0] != size[1]:
            self.done["padded"] += 1
            ground = Image.new("L", (self.side, self.side), int(np.median(_border(np.asarray(picture)))))
            ground.paste(picture, ((self.side - size[0]) // 2, (self.side - size[1]) // 2))
            picture = ground
        return picture


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # camera notes may be broken in any way, and are not needed
        return 1


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Sixteen-bit greys by their full range."""
    return Image.fromarray((np.asarray(picture, np.int64).clip(0, 65_535) // 257).astype(np.uint8))


def _on_ground(picture: Image.Image) -> Image.Image:
    """Lay a transparent picture on black if it is bright, on white if it is dark."""
    if picture.mode != "LA":
        return picture
    grey, alpha = (np.asarray(channel, np.float32) for channel in picture.split())
    ground = 0.0 if alpha.sum() and (grey * alpha).sum() / alpha.sum() > 127 else 255.0
    return Image.fromarray(np.rint(grey * alpha / 255 + ground * (1 - alpha / 255)).astype(np.uint8))


def _border(image: np.ndarray) -> np.ndarray:
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def finish(gathered: Gathered, invert: bool | None) -> Pictures:
    """Put the pictures together, decide about dark and bright, and say what was done.

    Raises:
        BadUpload: if there is no picture at all.
    """
    if not gathered.images:
        raise BadUpload(f"There is no picture in it that the lab can read. It reads {', '.join(FORMATS)}, zips of these, and .npz arrays.")
    images = np.stack(gathered.images)
    if invert is None:
        invert = on_paper(images)
    if invert:
        images = 255 - images
    labels, classes, remark = classes_of(gathered.labels, gathered.limits)
    notes = [*_notes(gathered, invert), *([remark] if remark else [])]
    return Pictures(images.reshape(len(images), -1), labels, classes, gathered.side, tuple(notes), invert)


def on_paper(images: np.ndarray) -> bool:
    """Whether most of these pictures (n, side, side) are dark on an evenly bright ground."""
    borders = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1).astype(np.float32)
    return bool(((borders.mean(1) > BRIGHT) & (borders.std(1) < EVEN) & (images.mean((1, 2)) < borders.mean(1))).mean() > 0.5)


def classes_of(words: list[str], limits: Limits) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Words to labels, uint8 (n,), the names of the classes, and a remark on them."""
    names = sorted(set(words), key=_by_number)
    if len(names) > limits.classes:
        remark = f"There are {len(names):,} different labels; with more than {limits.classes}, none are used."
        names, words = ["pictures"], ["pictures"] * len(words)
    elif names == [""]:
        remark = "There are no labels."
    elif len(names) == 1:
        remark = "All pictures have the same label."
    else:
        remark = f"The {len(names)} labels are " + ", ".join(shown(name) if name else "none" for name in names[:10])
        remark += " and so on." if len(names) > 10 else "."
    place = {name: index for index, name in enumerate(names)}
    return np.array([place[word] for word in words], np.uint8), tuple(shown(name) if name else "pictures" for name in names), remark


def _by_number(word: str) -> tuple[bool, int, str]:
    """Numbers by their size, then words by their letters."""
    number = word.isdecimal() and len(word) < 10
    return not number, int(word) if number else 0, word


def _notes(gathered: Gathered, inverted: bool) -> list[str]:
    side, done, dropped = gathered.side, gathered.done, gathered.dropped
    small, large = (pick(gathered.sizes, key=math.prod) for pick in (min, max))
    came = f"from {small[0]:,} × {small[1]:,}" + (f" to {large[0]:,} × {large[1]:,}" if small != large else "")
    notes = [f"{_pictures(len(gathered.images))} brought to {side} × {side} grey pixels, {came}.", *gathered.remarks]
    said = {
        "colour": "in colour, became grey.",
        "deep": "with more than 256 greys, brought to 256.",
        "transparent": "with transparent parts, laid on white where dark and on black where bright.",
        "moving": "moving; the first moment was taken.",
        "turned": "turned upright, as the camera had noted.",
        "padded": "not square; the rest was filled with the tone of the border.",
    }
    notes += [f"{_pictures(done[key])} {words}" for key, words in said.items() if done[key]]
    if inverted:
        notes.append("Dark and bright were swapped, so that the ground is black, as in the other data sets. You can switch this off.")
    if dropped:
        names = ", ".join(shown(name) for name in dropped[:NAMED]) + (" and others" if len(dropped) > NAMED else "")
        notes.append(f"{len(dropped):,} {'file' if len(dropped) == 1 else 'files'} left out, not readable as a picture: {names}.")
    return notes


def _pictures(count: int) -> str:
    return "One picture" if count == 1 else f"{count:,} pictures"
