"""Users' own pictures: whatever is brought becomes small grey pictures, or is refused with one plain sentence."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from PIL.JpegImagePlugin import JpegImageFile

from vae_core import data, own_arrays, own_data
from vae_core.own_images import BadUpload, Limits, read, save
from vae_core.recipes import Recipe, RecipeError
from vae_core.splits import NoData

FUZZ = 6000


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def glyph(letter="ж", size=(60, 60), ink=0, paper=255):
    picture = Image.new("L", size, paper)
    ImageDraw.Draw(picture).text((size[0] // 4, size[1] // 4), letter, fill=ink, font=ImageFont.load_default(size[1] // 2))
    return picture


def photograph(mode="RGB", size=(37, 53), seed=0):
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(noise).convert(mode)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return file.getvalue()


def arrays(**named):
    file = io.BytesIO()
    np.savez_compressed(file, **named)
    return file.getvalue()


def a_zip(count=12):
    return zipped({f"top/{'ab'[i % 2]}/{i}.png": encoded(glyph("аб"[i % 2], (40 + i, 40))) for i in range(count)})


def one(body, **options):
    pictures = read([("a.png", body)], **options)
    return pictures.images[0].reshape(pictures.side, -1), " ".join(pictures.notes), pictures


@pytest.mark.parametrize(
    "body, word",
    [
        (encoded(photograph("RGBA")), "colour"),
        (encoded(photograph("CMYK"), "JPEG"), "colour"),
        (encoded(photograph("P")), "colour"),
        (encoded(photograph("1")), "grey"),
        (encoded(photograph("LA")), "grey"),
        (encoded(photograph("YCbCr"), "JPEG"), "colour"),
        (encoded(photograph("HSV").convert("RGB"), "WEBP"), "colour"),
        (encoded(Image.fromarray(np.arange(65_536, dtype=np.uint16).reshape(256, 256))), "256 greys"),
        (encoded(photograph(), "BMP"), "colour"),
        (encoded(photograph("P"), "GIF"), "colour"),
        (encoded(photograph(size=(1, 1))), "from 1 × 1"),
        (encoded(photograph(size=(1, 900))), "not square"),
        (encoded(photograph(size=(3000, 7))), "not square"),
    ],
)
@pytest.mark.parametrize("side", [28, 32])
def test_any_size_and_mode_becomes_grey(body, word, side):
    image, notes, pictures = one(body, side=side)
    assert image.shape == (side, side)
    assert image.dtype == np.uint8
    assert word in notes
    assert pictures.classes == ("pictures",)


def test_a_large_photograph_is_told_by_its_own_size():
    assert "from 1,300 × 900" in one(encoded(photograph(size=(1300, 900)), "JPEG"))[1]


def test_sixteen_bits_keep_their_order():
    image, _, _ = one(encoded(Image.fromarray(np.linspace(0, 65_535, 10_000).astype(np.uint16).reshape(100, 100))), invert=False)
    assert image[0].mean() < 15
    assert image[-1].mean() > 240


def test_of_a_moving_picture_the_first_moment_is_taken():
    frames = [Image.new("L", (20, 20), grey) for grey in (250, 10, 10)]
    image, notes, _ = one(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), invert=False)
    assert image.min() > 240
    assert "first moment" in notes


def test_a_photograph_is_turned_upright():
    picture = Image.new("L", (40, 40), 0)
    picture.paste(255, (0, 0, 40, 10))  # bright at the top
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn it clockwise
    image, notes, _ = one(encoded(picture, "JPEG", exif=exif), invert=False)
    assert image[:, -4:].mean() > 240 > 20 > image[:, :14].mean()
    assert "upright" in notes


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_drawings_show_their_ink(ink):
    picture = Image.new("LA", (50, 50), (ink, 0))
    picture.paste((ink, 255), (15, 15, 35, 35))
    image, notes, pictures = one(encoded(picture))
    assert "transparent" in notes
    assert pictures.inverted == (ink == 0)
    assert image[14, 14] > 240 > 15 > image[0, 0]


def test_dark_on_bright_is_inverted_and_said():
    body = encoded(glyph())
    image, notes, pictures = one(body)
    assert pictures.inverted
    assert "swapped" in notes
    assert image[0, 0] == 0
    kept, notes, pictures = one(body, invert=False)
    assert not pictures.inverted
    assert np.array_equal(255 - image, kept)
    assert "swapped" not in notes
    assert not one(encoded(photograph(size=(200, 200))))[2].inverted


def test_another_script_in_folders_gets_labels_and_trains(tmp_path):
    letters = "жфщ"
    files = {f"скрипт/{letter}/{i}.png": encoded(glyph(letter, (41 + i, 50))) for letter in letters for i in range(10)}
    files |= {"__MACOSX/скрипт/._0.png": b"x", "скрипт/.DS_Store": b"x", "скрипт/ж/notes.txt": b"hello"}
    pictures = read([("letters.zip", zipped(files))], side=32)
    assert pictures.classes == tuple(sorted(letters))
    assert Counter(pictures.labels.tolist()) == {0: 10, 1: 10, 2: 10}
    assert any("notes.txt" in note and "One file" not in note for note in pictures.notes)
    name = save(pictures, tmp_path, "Cyrillic")
    assert save(pictures, tmp_path, "Cyrillic") == name
    from vae_core.data import load
    from vae_core.training import train

    recipe = Recipe(data=name, hidden=(16,), epochs=2, batch_size=8)
    frames = list(train(recipe, load(recipe, tmp_path)))
    assert frames[-1].mu.shape == (6, 2)
    assert frames[-1].reconstructions.shape == (6, 32 * 32)


def test_own_data_is_listed_only_when_kept_and_can_be_removed(tmp_path):
    pictures = read([("a.npz", arrays(images=np.random.default_rng(0).integers(0, 255, (30, 9, 9), np.uint8)))])
    name = save(pictures, tmp_path, "<b>mine</b>")
    assert own_data.saved(tmp_path) == {}
    assert own_data.sweep(tmp_path) == []
    assert save(pictures, tmp_path, "<b>mine</b>", keep=True) == name
    assert own_data.saved(tmp_path) == {name: "<b>mine</b>"}
    again, _ = own_data.read(name, tmp_path)
    assert np.array_equal(again.images, pictures.images)
    assert own_data.sweep(tmp_path, hours=-1) == []
    own_data.forget("../outside", tmp_path)
    own_data.forget(name, tmp_path)
    assert not list(tmp_path.iterdir())
    save(pictures, tmp_path)
    assert own_data.sweep(tmp_path, hours=-1) == [name]
    with pytest.raises(NoData, match="Bring them again"):
        own_data.load(name, tmp_path, print)
    with pytest.raises(RecipeError):
        Recipe.from_dict({"data": "own-../../etc"})


def test_pictures_that_workers_hold_in_memory_are_in_use(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "_in_memory", {})
    name = save(read([("a.npz", arrays(images=np.random.default_rng(0).integers(0, 255, (30, 9, 9), np.uint8)))]), tmp_path)
    for _ in range(2):
        os.utime(tmp_path / name / own_data.FILE, (0, 0))
        data.load(Recipe.from_dict({"data": name}), tmp_path)
        assert own_data.sweep(tmp_path) == []


def test_pictures_that_go_while_they_are_looked_at_trouble_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(own_data, "_folders", lambda root: [tmp_path / "own-0123456789abcdef"])
    assert own_data.sweep(tmp_path) == []
    assert own_data.saved(tmp_path) == {}


def test_the_same_name_means_the_same_pictures(tmp_path):
    images = np.random.default_rng(0).integers(0, 255, (30, 28, 28), np.uint8)
    names = {save(read([("a.npz", arrays(images=images, labels=labels))]), tmp_path) for labels in (np.arange(30) % 2, np.arange(30) % 3)}
    assert len(names) == 2


@pytest.mark.parametrize(
    "named, classes",
    [
        ({"x": np.zeros((5, 8, 8), np.uint8), "y": np.array([3, 1, 10, 1, 3])}, ("1", "3", "10")),
        ({"images": np.ones((4, 3, 9, 9), np.float32), "labels": np.array(list("abca"))}, ("a", "b", "c")),
        ({"arr_0": np.zeros((4, 9, 9, 4), bool), "arr_1": np.array([1.0, 2.0, 1.0, 2.0])}, ("1", "2")),
        ({"odd_name": np.zeros((3, 49), ">i2")}, ("pictures",)),
        ({"images": np.asfortranarray(np.random.default_rng(0).normal(size=(3, 5, 4))), "labels": np.zeros(7)}, ("pictures",)),
    ],
)
def test_arrays_of_many_kinds(named, classes):
    pictures = read([("a.npz", arrays(**named))])
    assert pictures.classes == classes
    assert pictures.images.shape == (len(next(iter(named.values()))), 784)


def test_a_large_array_takes_little_more_memory_than_it_has():
    """A picture of 25 million pixels in four channels would take 800 MB in double precision."""
    image = np.random.default_rng(0).integers(0, 255, (3000, 2000, 4), np.uint8)
    tracemalloc.start()
    grey = own_arrays._grey(image, 0.0, 255.0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * image.nbytes
    np.testing.assert_array_equal(grey, np.rint(image[..., :3].astype(float) @ [0.299, 0.587, 0.114]))


def test_arrays_keep_their_greys():
    ramp = np.tile(np.arange(28, dtype=np.float64) / 27, (2, 28, 1))
    for scale in (1, 255):
        images = read([("a", arrays(images=ramp * scale))], invert=False).images.reshape(2, 28, 28)
        assert np.allclose(images[0, 0], np.arange(28) / 27 * 255, atol=0.51)


def header(text, magic=b"\x93NUMPY\x01\x00"):
    return magic + struct.pack("<H", len(text)) + text.encode() + bytes(100)


def huge_png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def locked():
    body = bytearray(zipped({"a.png": encoded(glyph())}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.find(mark) + offset] |= 1
    return bytes(body)


def overlapping(times=50):
    """A zip that lists one member again and again."""
    body = zipped({"a.png": encoded(glyph())})
    start, end = body.find(b"PK\x01\x02"), body.rfind(b"PK\x05\x06")
    one = body[start:end]
    return body[:start] + one * times + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(one) * times, start, 0)


def lying(small=b"PK\x01\x02"):
    """A member that is longer than the directory says."""
    body = bytearray(zipped({"a.png": bytes(500_000)}))
    at = body.find(small) + 24
    body[at : at + 4] = struct.pack("<I", 10)
    return bytes(body)


REFUSED = {
    "nothing": ([], "no file"),
    "empty": ([("a.png", b"")], "empty"),
    "text": ([("a.png", b"hello")], "no picture"),
    "tiff": ([("a.tif", encoded(photograph(), "TIFF"))], "no picture.*It reads PNG"),
    "pdf": ([("a.png", b"%PDF-1.7 and so on")], "no picture"),
    "12,000 × 12,000": ([("sky.png", huge_png(12_000, 12_000))], r"sky.png has 12,000 × 12,000 pixels; at most 25 million"),
    "60,000 × 60,000": ([("sky.png", huge_png(60_000, 60_000)[:5000])], "pixels"),
    "an executable": ([("a.exe", b"MZ" + bytes(3000))], "no picture"),
    "pickle": ([("a.npz", b"\x80\x04\x95cos\nsystem\n")], "no picture"),
    "object array": ([("a.npz", arrays(images=np.array([{"a": 1}] * 3, dtype=object)))], "Objects are never read"),
    "header of objects": (
        [("a.npz", zipped({"x.npy": header("{'descr':'|O','fortran_order':False,'shape':(5,)}\n")}))],
        "Objects are never",
    ),
    "header of a billion": (
        [("a.npz", zipped({"x.npy": header("{'descr':'<f8','fortran_order':False,'shape':(99999999,9999,9)}\n")}))],
        "longer than it says",
    ),
    "header of code": ([("a.npz", zipped({"x.npy": header("__import__('os').system('true')\n")}))], "damaged"),
    "no numbers": ([("a.npz", arrays(images=np.full((2, 4, 4), np.nan)))], "not numbers"),
    "words": ([("a.npz", arrays(images=np.array(["a", "b"])))], "words"),
    "no pictures": ([("a.npz", arrays(images=np.zeros((2, 3))))], "has the shape 2 × 3"),
    "empty array": ([("a.npz", arrays(images=np.zeros((0, 3, 3))))], "empty"),
    "empty zip": ([("a.zip", zipped({}))], "no picture"),
    "zip of nothing": ([("a.zip", zipped({"a.txt": b"hello"}))], "no picture"),
    "zip in a zip": ([("a.zip", zipped({"b.zip": a_zip(1)}))], "archive within the zip"),
    "two zips": ([("a.zip", a_zip(1)), ("b.zip", a_zip(1))], "one zip"),
    "locked": ([("a.zip", locked())], "password"),
    "packed oddly": ([("a.zip", zipped({"a.png": b"x" * 99}, zipfile.ZIP_LZMA))], "plain zip"),
    "zip bomb": ([("a.zip", zipped({"a.png": bytes(50_000_000)}))], "times larger"),
    "zip bomb of many": ([("a.zip", zipped({f"{i}.png": bytes(900_000) for i in range(300)}))], "270 MB"),
    "lying zip": ([("a.zip", lying())], "no picture"),
    "bomb in a zip": ([("a.zip", zipped({"a.png": huge_png(12_000, 12_000)}))], "12,000 × 12,000"),
    "members over each other": ([("a.zip", overlapping())], "damaged"),
    "a long row": ([("a.npz", arrays(images=np.zeros((1, 1, 40_000), np.uint8)))], "40,000 pixels long"),
    "cut zip": ([("a.zip", a_zip()[:-30])], "damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_the_reason(case):
    files, word = REFUSED[case]
    with pytest.raises(BadUpload, match=word) as refusal:
        read(files)
    assert "\n" not in str(refusal.value)


def test_limits():
    files = [(f"{i}.png", encoded(glyph())) for i in range(4)]
    for limits, word in (
        (Limits(upload=100), "at most"),
        (Limits(count=3), "4 pictures"),
        (Limits(total_pixels=9000), "All pictures together"),
    ):
        with pytest.raises(BadUpload, match=word):
            read(files, limits=limits)
    with pytest.raises(BadUpload, match="4 pictures"):
        read([("a.zip", zipped(dict(files)))], limits=Limits(count=3))
    with pytest.raises(BadUpload, match="too many files"):
        read([("a.zip", zipped({f"{i:0100}": b"" for i in range(2000)}))], limits=Limits(count=100))
    with pytest.raises(BadUpload, match="30 pictures"):
        read([("a.npz", arrays(images=np.zeros((30, 4, 4))))], limits=Limits(count=3))
    many = zipped({f"{i}/a.png": encoded(glyph()) for i in range(5)})
    assert read([("a.zip", many)], limits=Limits(classes=4)).classes == ("pictures",)
    with pytest.raises(BadUpload, match="28 or 32"):
        read(files, side=64)


def test_a_jpeg_that_comes_in_a_thousand_scans_is_refused_unread(monkeypatch):
    body = encoded(photograph(size=(64, 64)), "JPEG", progressive=True)
    assert len(read([("a.jpg", body)]).images) == 1
    at = body.rfind(b"\xff\xda")
    many = body[:at] + body[at:-2] * 1000 + body[-2:]
    monkeypatch.setattr(JpegImageFile, "load", lambda picture: pytest.fail("it was read"))
    with pytest.raises(BadUpload, match="too long to read"):
        read([("a.jpg", many)])


def test_what_a_file_holds_writes_nothing_to_the_log(recwarn):
    with pytest.raises(BadUpload):
        read([("a.npz", zipped({"x.npy": header("{'descr': '<f\\d', 'fortran_order': False, 'shape': (1,)}\n")}))])
    assert not recwarn.list


def test_too_few_are_refused_when_they_are_to_be_kept(tmp_path):
    with pytest.raises(BadUpload, match="one picture; a model needs at least 20"):
        save(read([("a.png", encoded(glyph()))]), tmp_path)
    assert not list(tmp_path.iterdir())


def test_names_from_outside_lead_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["../../evil/a.png", "/etc/passwd/b.png", "C:\\windows\\c.png", "x/\x1b[31m\u202e/d.png"]
    pictures = read([("a.zip", zipped({name: encoded(glyph()) for name in names}))])
    assert len(pictures.images) == 4
    assert all(name.isprintable() and len(name) <= 40 for name in pictures.classes)
    assert not list(tmp_path.iterdir())


def broken(body, rng):
    """One way to break a file: cut, flip, overwrite, repeat, remove, or splice numbers that are often lengths."""
    data = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(data)) if data else 0
        match rng.randrange(7):
            case 0:
                del data[at:]
            case 1 if data:
                data[at] ^= 1 << rng.randrange(8)
            case 2:
                data[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\xff\xff"))
            case 3:
                data[at:at] = data[at : at + rng.randrange(200)]
            case 4:
                del data[at : at + rng.randrange(1, 60)]
            case 5:
                data[at : at + 8] = rng.randbytes(8)
            case _:
                head = rng.randrange(min(len(data), 64)) if data else 0
                data[head : head + 2] = rng.randbytes(2)
    return bytes(data)


def deep(kind, body):
    """Make the outside whole again, so that the damage reaches what lies behind the checksums."""
    if kind in ("npy", "words"):
        return zipped({"images.npy": body} if kind == "npy" else {"images.npy": npy(np.ones((3, 4, 4))), "labels.npy": body})
    if kind == "gif":
        return zipped({"a/1.gif": body, "b/2.gif": body})
    return checked(body) if kind == "palette" else body


def checked(png):
    """A PNG whose chunks have the checksums that they should have."""
    at, out = 8, bytearray(png[:8])
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunk = png[at + 4 : at + 8 + length]
        out += struct.pack(">I", length) + chunk + struct.pack(">I", zlib.crc32(chunk))
        at += 12 + length
    return bytes(out)


def seeds():
    frames = [glyph(str(i), (24, 24)) for i in range(3)]
    small = photograph(size=(20, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "zip": a_zip(3),
        "stored zip": zipped({"a/1.png": encoded(small), "b/2.gif": encoded(small, "GIF")}, zipfile.ZIP_STORED),
        "npz": arrays(images=np.random.default_rng(0).integers(0, 255, (4, 6, 6), np.uint8), labels=np.arange(4)),
        "stored npz": zipped({"images.npy": npy(np.ones((3, 4, 4))), "labels.npy": npy(np.array(list("abc")))}, zipfile.ZIP_STORED),
        "npy": npy(np.random.default_rng(0).normal(size=(3, 4, 5))),
        "words": npy(np.array(["жук", "b", "c"])),
        "png": encoded(photograph("RGBA", (20, 16))),
        "palette": encoded(photograph("P", (20, 16))),
        "gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "jpeg": encoded(small, "JPEG", exif=exif),
        "bmp": encoded(small, "BMP"),
        "webp": encoded(small, "WEBP"),
        "sixteen bits": encoded(Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 150)),
        "cmyk": encoded(photograph("CMYK", (20, 16)), "JPEG"),
    }


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def fuzz():
    """Thousands of broken files: how many were used and refused, what was said of them, and by how many MB the process grew at most."""
    import resource

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)

    rng, before = random.Random(0), peak()
    outcomes, sentences = Counter(), set()
    corpus = list(seeds().items())
    for turn in range(FUZZ):
        kind, body = corpus[turn % len(corpus)]
        body = deep(kind, broken(body, rng))
        try:
            pictures = read([(f"{turn}.{kind}", body)], side=rng.choice((28, 32)))
            assert pictures.images.dtype == np.uint8
            assert pictures.images.shape == (len(pictures.labels), pictures.side**2)
            assert pictures.labels.max() < len(pictures.classes)
            outcomes["used"] += 1
        except BadUpload as refusal:
            sentences.add(str(refusal))
            outcomes["refused"] += 1
    return {**outcomes, "sentences": sorted(sentences), "grown": peak() - before}


def test_thousands_of_broken_files_are_used_or_refused(tmp_path):
    """In a process of its own: the most memory that this one ever had is that of the tests before."""
    pytest.importorskip("resource")
    here = Path(__file__).parent
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(map(str, (here, here.parent)))}
    command = [sys.executable, "-W", "ignore", "-c", "import json, test_own_images as here; print(json.dumps(here.fuzz()))"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["used"] + found["refused"] == FUZZ
    assert not [sentence for sentence in found["sentences"] if "\n" in sentence or len(sentence) > 300]
    assert min(found["used"], found["refused"]) > FUZZ / 20, "both happen often: the files are neither all fine nor all hopeless"
    assert not list(tmp_path.rglob("*"))
    assert found["grown"] < 400


def test_it_is_light_to_import():
    code = "import sys, vae_core.own_images; assert not {'torch', 'torchvision', 'sklearn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=own_data.__file__.rsplit("/vae_core", 1)[0])
