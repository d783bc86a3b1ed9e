"""Stand-ins for the engine and the bench, under pages that run in AppTest: nothing is trained, and answers come at once."""

import numpy as np

from jobs.bench import Standing
from jobs.engine import EngineError
from vae_core import claims
from vae_core.experiments import (
    EXPERIMENTS,
    bayes,
    control,
    denoise,
    doubt,
    generate,
    globe,
    hole,
    nearby,
    odd,
    price,
    spare,
    squeeze,
    strangers,
)
from vae_core.experiments.codes import CODEBOOK
from vae_core.figures import Figures

KEPT = claims.measured()
RANDOM = np.random.default_rng(0)


class FakeEngine:
    """Takes recipes and trains nothing."""

    def __init__(self, store):
        self.store, self.state, self.message = store, "cold", ""
        self.started, self.stopped, self.forks = [], [], []
        self.refusal, self.crowd = "", 0

    def start(self, recipe, owner=""):
        if self.refusal:
            raise EngineError(self.refusal)
        self.started.append(recipe)
        self.store.create(recipe)
        self.store.alive.add(recipe.id)
        return recipe.id

    def stop(self, run_id):
        self.stopped.append(run_id)

    def expect(self, data):
        self.expected = data

    def fork(self, run_id, frame, owner="", **changes):
        self.forks.append((run_id, frame, changes))
        return run_id

    def delete(self, run_id):
        self.store.delete(run_id)

    def active(self):
        return list(self.store.alive)


def pictures(count=8, pixels=64):
    return RANDOM.integers(0, 255, (count, pixels), np.uint8)


def directions(count=60):
    points = RANDOM.normal(0, 1, (count, 3)).astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def arrays(name):
    """Arrays in the form that a page draws; what they show is noise."""
    codes, labels = RANDOM.normal(0, 1, (60, 2)).astype(np.float32), np.arange(60, dtype=np.uint8) % 10
    match name:
        case "squeeze":
            return {"originals": pictures()} | {f"{who}_{d}": pictures() for who in ("ae", "pca") for d in squeeze.SIZES}
        case "crowd":
            return {"light_mu": codes, "light_sigma": np.full_like(codes, 0.3), "labels": labels}
        case "globe":
            off = {f"off_{d}": np.ones(60, np.float32) for d in globe.SIZES} | {f"rebuilt_{d}": directions() for d in globe.SIZES}
            away = {f"away_{d}": np.ones(globe.GRID[0] * globe.GRID[1], np.float32) for d in globe.SIZES}
            return {"cities": directions(), **off, **away}
        case "cloud":
            each = {f"{who}_{what}": value for who in ("ae", "vae") for what, value in (("mu", codes), ("codes", codes[:20]))}
            each |= {f"{who}_drawn": pictures(20) for who in ("ae", "vae")}
            return {**each, "image": pictures(1)[0], "path": codes[:, 0], "score": 20 * codes[:, 1], "labels": labels}
        case "denoise":
            named = [denoise.label(who, noise) for who in (*denoise.MODELS, "nothing", "linear") for noise in denoise.NOISES]
            return {name: pictures() for name in ("clean", *named, *(f"{who}_holes" for who in ("seen", "mean", *denoise.MODELS)))}
        case "elbo":
            drawn = {"drawn": pictures(10), "per_pixel": RANDOM.random((10, 64), np.float32), "image": pictures(1)[0]}
            cloud = {"mu": codes[0], "sigma": np.full(2, 0.2, np.float32), "per_dimension": np.ones((10, 2), np.float32)}
            rebuilt = {one: pictures() for one in ("originals", "vae_rebuilt", "dear_rebuilt")}
            return {"everyone": codes, "noise": codes[:10], "z": codes[10:20], **cloud, **drawn, **rebuilt}
        case "mean":
            return {one: pictures() for one in ("originals", "sum_rebuilt", "mean_rebuilt")}
        case "truth":
            curves = {f"{what}_{when}": RANDOM.random((10, 9), np.float32) for what in ("posterior", "cloud") for when in ("start", "end")}
            off = {"off_start": np.full(10, 0.01, np.float32), "off_end": np.linspace(0, 0.9, 10, dtype=np.float32)}
            return {"images": pictures(10), "line": np.linspace(-4, 4, 9, dtype=np.float32), **curves, **off}
        case "collapse":
            runs = EXPERIMENTS[name].recipes(0)
            of_each = {f"{run}_{what}": RANDOM.random(8).astype(np.float32) for run in runs for what in ("kl", "variance")}
            shown = {f"{run}_rebuilt": pictures() for run in runs} | {"original": pictures(), "mean": pictures(1)}
            return {"eigenvalues": np.linspace(0.7, 0.1, 8, dtype=np.float32), **of_each, **shown}
        case "nearby":
            seen = {"read": np.uint8(3), "agree": np.uint8(4), "away": np.float32(1.1)}
            of_each = {f"{way}_{name}": np.full((6, nearby.STOPS), one) for way in nearby.WAYS for name, one in seen.items()}
            walks = {f"{way}_walk": pictures(6 * nearby.STOPS).reshape(6, nearby.STOPS, 64) for way in nearby.WAYS}
            return {"ends": np.array([(3, 7)] * 6, np.uint8), "means": pictures(10)} | of_each | walks
        case "generate":
            drawn = {f"{who}_{way}{part}": pictures() for who in ("ae", "vae") for way in generate.WAYS for part in ("", "_near")}
            return drawn
        case "price":
            parts = ("samples", "means", "near")
            return {"pixel": pictures()} | {f"{label}_{part}": pictures() for label in price.BETAS for part in parts}
        case "control":
            way = (control.AXES, len(control.SHOWN), control.STOPS)
            walks = {"walks": pictures(np.prod(way)).reshape(*way, 64), "walks_read": np.full(way, 7, np.uint8)}
            drawn = {f"{who}_drawn": pictures(control.ROWS * control.DIGITS) for who in ("plain", "told", "ae")}
            return walks | drawn | {"walks_kl": np.linspace(1, 0, control.AXES, dtype=np.float32)}
        case "spare":
            drawn = {f"{who}{d}_drawn": pictures() for who in ("ae", "vae") for d in spare.SIZES}
            return drawn | {f"vae{d}_{what}": RANDOM.random(d).astype(np.float32) for d in spare.SIZES for what in ("kl", "variance")}
        case "odd":
            return {f"{what}_{digit}": pictures() for what in ("missed", "rebuilt") for digit in odd.DIGITS}
        case "strangers":
            return {f"{what}_{learned}": pictures(pixels=784) for what in ("strange", "rebuilt") for learned in strangers.LEARNED}
        case "doubt":
            kinds = {f"{what}_{kind}": pictures() for what in ("seen", "rebuilt") for kind in doubt.KINDS}
            return kinds
        case "bayes":
            plane = {"box": np.array([[-3.0, -3.0], [3.0, 3.0]]), "field": RANDOM.random((bayes.SIDE, bayes.SIDE))}
            way = {"way": codes[: bayes.STEPS], "doubts": RANDOM.random(bayes.STEPS), "painted": pictures(bayes.STEPS * bayes.SHOWN)}
            return {"codes": codes, "strays": codes, **plane, **way}
        case "hole":
            return {"originals": pictures()} | {f"{way}_{one}": pictures() for way in ("seen", "whole", *hole.WAYS) for one in hole.HOLES}
        case "pixels":
            return {name: pictures() for name in ("originals", "means", "sigmas")}
        case "few":
            return {name: pictures() for name in ("labelled", "drawn")}
        case "codes":
            course = {"epochs": np.arange(60.0), "used": np.full(60, 20.0), "moments": np.arange(0, 60, 5.0)}
            book = {"words": RANDOM.normal(0, 1, (12, CODEBOOK, 2)), "shares": np.full((12, CODEBOOK), 1 / CODEBOOK)}
            drawn = {f"{way}_samples": pictures(16) for way in ("prior", "even", "vae")}
            return course | book | drawn | {name: pictures() for name in ("originals", "vq", "vae", "cheap")}
        case _:
            return {}


class FakeBench:
    """Knows the kept figures of the experiments in ``own``, for seeds below ``done``, with ``changes`` to numbers, by experiment."""

    def __init__(self):
        self.own, self.done, self.failure = set(KEPT), 99, ""
        self.changes, self.followed, self.left = {}, [], []

    def known(self, name, seed):
        figures = None
        runs = dict.fromkeys(EXPERIMENTS[name].recipes(seed), "p-digits-vae")
        if name in self.own and seed < self.done:
            numbers, changes = KEPT[name].figures[seed].numbers, self.changes.get(name, {})
            assert not set(changes) - set(numbers)
            figures = Figures({**numbers, **{key: value * (1 + 0.001 * seed) for key, value in changes.items()}}, arrays(name))
        return Standing(len(runs), len(runs) if figures else min(2, len(runs)), runs, figures)

    def follow(self, name, seed, who):
        self.followed.append((name, seed))
        if self.failure:
            return Standing(3, 1, {}, failed=True, message=self.failure)
        return self.known(name, seed)

    def leave(self, name, seed, who):
        self.left.append((name, seed))
