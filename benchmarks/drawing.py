"""Where digits that are put on the drawing pad land, beside where the data set's own images land.

python -m benchmarks.drawing [--mnist DIR]

Real handwritten test digits go through the pad's own code as pixels of 280 × 280: as a bitmap, as a smooth one, and as hard ink, as a
pen leaves it. What comes out is encoded by the browser's network and compared with PyTorch's codes of the data set's images. Distances
are in latent units and as a share of the spread of all codes (the root of their mean squared distance from their mean).

The 8×8 digits cannot come back as they were: their bitmaps had been sheared after they were stretched, and are stretched anew. So the
models of 8×8 digits are also shown other people's handwriting, MNIST's: how often are the nearest 8×8 digits of the class drawn?
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from vae_core.build import build
from vae_core.data import load
from vae_core.export import restore
from vae_core.recipes import Recipe, pair, suited
from vae_core.recording import Recording
from vae_core.training import Training

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from node import run_js  # noqa: E402

COUNT = 400
BATCH = 20
SIDE = 280
NEIGHBOURS = 10


def bitmap(counts):
    """A 32×32 bitmap of which 8×8 counts are the sums over 4×4 blocks: in each block the pixels that a smooth enlargement has highest."""
    smooth = F.interpolate(torch.tensor(counts)[None, None].float(), size=32, mode="bicubic", align_corners=False)[0, 0].numpy()
    out = np.zeros((32, 32))
    for row, column in np.ndindex(8, 8):
        block = np.s_[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
        chosen = np.zeros(16)
        chosen[np.argsort(-smooth[block], axis=None)[: int(counts[row, column])]] = 1
        out[block] = chosen.reshape(4, 4)
    return out


def on_pad(image, mode):
    """An image enlarged to the pad: uint8, shape (280, 280)."""
    if image.shape == (8, 8):
        image = bitmap(np.rint(image / 255 * 16)) * 255
    tensor = torch.tensor(image)[None, None].float()
    exact = SIDE // image.shape[0] * image.shape[0]
    if mode == "pixels":
        large = F.interpolate(tensor, size=exact, mode="nearest")
    else:
        large = F.interpolate(tensor, size=exact, mode="bilinear", align_corners=False)
    large = large[0, 0].numpy()
    pad = np.zeros((SIDE, SIDE), np.uint8)
    pad[:exact, :exact] = (large >= 127.5) * 255 if mode == "hard ink" else np.rint(large)
    return pad


def through_the_pad(blob, probe, mode, drawn=None):
    """What the encoder sees of ``drawn``, else of the probe's own images, and the browser's codes: (COUNT, pixels), (COUNT, d)."""
    source = probe if drawn is None else drawn
    images = source.images[:COUNT].reshape(-1, *source.shape)
    seen, codes = [], []
    for begin in range(0, len(images), BATCH):
        pads = np.stack([on_pad(image, mode) for image in images[begin : begin + BATCH]])
        answer = run_js(
            ("wire", "network", "ink"),
            """const network = LatentMapNetwork.from(blob);
            const fit = fitOf({ images: probe, shape, count: probe.length / (shape[0] * shape[1]) });
            return Array.from({ length: pads.length / side ** 2 }, (_, i) => {
              const ink = Float32Array.from(pads.subarray(i * side ** 2, (i + 1) * side ** 2), (byte) => byte / 255);
              const pixels = normaliseInk(ink, side, fit);
              return [[...pixels], [...network.encode(pixels).mu]];
            });""",
            blob=blob,
            probe=probe.images[:200].tobytes(),
            shape=list(probe.shape),
            pads=pads.tobytes(),
            side=SIDE,
        )
        seen += [pixels for pixels, _ in answer]
        codes += [mu for _, mu in answer]
    return np.array(seen), np.array(codes)


@torch.inference_mode()
def compare(title, model, blob, data):
    """Print one line a way of drawing."""
    probe, labels = data.probe, data.probe.labels
    every = model.encode(data.test[: len(probe.images)]).mean.numpy()
    own = same_class(every[:COUNT], every, labels)
    spread = np.sqrt(((every - every.mean(0)) ** 2).sum(1).mean())
    for mode in ("pixels", "smooth", "hard ink"):
        seen, codes = through_the_pad(blob, probe, mode)
        server = model.encode(torch.tensor(seen, dtype=torch.float32)).mean.numpy()
        assert np.abs(server - codes).max() < 1e-3 * max(1, np.abs(server).max()), "the browser and PyTorch disagree"
        distance = np.linalg.norm(codes - every[:COUNT], axis=1)
        pixels = np.abs(seen - probe.images[:COUNT] / 255).mean()
        share = distance / spread
        print(
            f"{title:<12} {mode:<9} {np.median(distance):7.3f} {np.percentile(distance, 95):7.3f}"
            f" {np.median(share):8.1%} {np.percentile(share, 95):7.1%} {pixels:8.4f} {same_class(codes, every, labels):7.1%} {own:7.1%}"
            f" {np.abs(server - codes).max():10.1e}"
        )


@torch.inference_mode()
def compare_handwriting(title, model, blob, data, drawn):
    """Other people's digits on the pad of a model of 8×8 digits: one line."""
    seen, codes = through_the_pad(blob, data.probe, "smooth", drawn)
    every = model.encode(data.test[: len(data.probe.images)]).mean.numpy()
    labels, wanted = data.probe.labels, drawn.labels[:COUNT]
    by_code = right(nearest_labels(codes, every, labels), wanted)
    by_pixels = right(nearest_labels(seen, data.probe.images / 255, labels), wanted)
    own = same_class(every[:COUNT], every, labels)
    print(
        f"{title:<12} MNIST     class of the nearest 8×8 digits: {by_code:6.1%} by code ({own:.1%} for 8×8 digits),"
        f" {by_pixels:6.1%} by pixels"
    )


def nearest_labels(places, every, labels):
    """Labels of the nearest neighbours of each place, (n, NEIGHBOURS)."""
    return labels[((places[:, None] - every[None]) ** 2).sum(-1).argsort(1)[:, :NEIGHBOURS]]


def right(rows, labels):
    """How often the majority of a row is the label wanted."""
    return np.mean([np.bincount(row, minlength=10).argmax() == label for row, label in zip(rows, labels, strict=False)])


def same_class(codes, every, labels):
    """How often the nearest other images' class is that of the image drawn."""
    squared = ((codes[:, None] - every[None]) ** 2).sum(-1)
    squared[np.arange(len(codes)), np.arange(len(codes))] = np.inf
    return right(labels[squared.argsort(1)[:, :NEIGHBOURS]], labels)


def kept(name):
    """A pretrained model as the browser gets it: recipe and weights."""
    recording = Recording(ROOT / "pretrained" / name)
    return recording.recipe, recording.weights_bytes(recording.key_frames[-1])


def rounded(recipe, blob, shape):
    """The model with the weights that the browser has."""
    model = build(recipe, shape)
    restore(model, blob)
    return model


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=Path, help="folder that holds MNIST")
    parser.add_argument("--epochs", type=int, default=8, help="for the MNIST models")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'':<22} {'latent units':^15} {'share of spread':^16} {'mean |Δ|':>8} {'same class':>15} {'browser −':>10}")
    print(
        f"{'model':<12} {'drawn as':<9} {'median':>7} {'p95':>7} {'median':>8} {'p95':>7}"
        f" {'a pixel':>8} {'drawn':>7} {'own':>7} {'PyTorch':>10}"
    )
    base = suited("mnist") | {"epochs": arguments.epochs}
    drawn = load(Recipe(data="mnist", **base), arguments.mnist).probe if arguments.mnist else None
    for name in ("digits-ae", "digits-vae"):
        recipe, blob = kept(name)
        data = load(recipe, Path("data"))
        model = rounded(recipe, blob, data.probe.shape)
        compare(name, model, blob, data)
        if drawn is not None:
            compare_handwriting(name, model, blob, data, drawn)
    if drawn is None:
        return
    for net, hidden in (("mlp", (256, 128)), ("conv", (16, 32))):
        for recipe in pair(Recipe(data="mnist", **base | {"net": net, "hidden": hidden})):
            data = load(recipe, arguments.mnist)
            training = Training(recipe, data)
            while training.step < training.total_steps:
                training.advance()
            blob = training.weights()
            compare(f"mnist-{recipe.kind.lower()}{'-conv' * (net == 'conv')}", rounded(recipe, blob, data.probe.shape), blob, data)


if __name__ == "__main__":
    main()
