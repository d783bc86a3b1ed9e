"""Files as people bring them, odd ones among them."""

import io
import zipfile

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photograph(mode="RGB", size=(37, 53), seed=0):
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(noise).convert(mode)


def font(size):
    """One that knows other scripts, where there is one."""
    for path in ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf", "Arial Unicode.ttf"):
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def letter(text, shift=0, size=48):
    picture = Image.new("L", (size, size), 255)
    ImageDraw.Draw(picture).text((10 + shift % 7, 6 + shift % 5), text, fill=0, font=font(int(size * 0.6)))
    return picture


def a_zip(folders, count):
    """A zip of letters: a folder for each, ``count`` pictures in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for folder in folders:
            for index in range(count):
                archive.writestr(f"top/{folder}/{index}.png", encoded(letter(folder, index)))
    return file.getvalue()


def an_npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def moving(seed):
    frames = [photograph("P", seed=seed + step) for step in range(3)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def turned(seed):
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(photograph(seed=seed), "JPEG", exif=exif)


def deep(seed):
    return encoded(Image.fromarray(np.random.default_rng(seed).integers(0, 65_535, (40, 30), np.uint16)))


# name of the file → what makes one from a number, and what is said of it
ODD = {
    "rgba.png": (lambda n: encoded(photograph("RGBA", seed=n)), "in colour"),
    "cmyk.jpg": (lambda n: encoded(photograph("CMYK", seed=n), "JPEG"), "in colour"),
    "moving.gif": (moving, "the first moment"),
    "dot.png": (lambda n: encoded(photograph(size=(1, 1), seed=n)), "1 × 1"),
    "script.png": (lambda n: encoded(letter("жщλΩ"[n % 4], n)), "swapped"),
    "noise.jpg": (lambda n: encoded(photograph(size=(640, 480), seed=n), "JPEG"), "640 × 480"),
    "thin.png": (lambda n: encoded(photograph(size=(3, 700), seed=n)), "not square"),
    "deep.png": (deep, "more than 256 greys"),
    "turned.jpg": (turned, "upright"),
    "wrong-name.txt": (lambda n: encoded(photograph("1", seed=n), "BMP"), "grey pixels"),
}

# name of the file → its bytes, and why it is refused
REFUSED = {
    "huge.png": (lambda: encoded(Image.new("1", (12_000, 12_000))), "million are taken"),
    "words.png": (lambda: b"these are words", "no picture"),
    "empty.png": (lambda: b"", "empty"),
    "page.tiff": (lambda: encoded(photograph(), "TIFF"), "no picture"),
    "broken.zip": (lambda: a_zip("ab", 12)[:-40], "damaged"),
    "objects.npz": (lambda: an_npz(images=np.array([{"a": 1}, None], object)), "Objects are never read"),
    "few.png": (lambda: encoded(photograph()), "at least 20"),
}
