"""A class at work: many sessions that each train with a seed of their own, follow their runs, turn pages and drag.

python -m benchmarks.load [--sessions 30] [--seconds 120] [--epochs 60] [--split]

Each session is a browser without a screen: a cookie, a websocket, the long polls and the decoders that the page's script asks for, and the
fragments that the page wants to be run again. Prints what went wrong, runs that were lost or mixed up (every frame that a session was
given is compared with those of its own recipe on disk), how long a page takes to answer, and the memory that a session costs the app.
With ``--split`` the app, a Dask scheduler and two workers are processes of their own. Sessions, app and training share this machine.
"""

import argparse
import asyncio
import json
import random
import struct
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import aiohttp
import numpy as np
import psutil

from benchmarks.pace import Pace
from benchmarks.plain_client import PlainClient
from benchmarks.serving import app, machine, scheduler
from ui.slim import slim
from vae_core.recipes import Recipe, pair
from vae_core.recording import ACTIVE, Recording
from vae_core.wire import unpack

HOST = "class.lan"  # a name of the local network: to the app, these are students and not the person at the machine
PAGES = ("train", "losses", "compare", "explore", "models")
CONNECTIONS = 6  # that a browser keeps open to one server
BATCH, SOON = 48, 0.1  # frames and seconds, as ui/components/latent_map/feed.js asks
RUSH = 5.0  # seconds
GRACE = 120.0  # seconds that runs in line may still take when the time is over


@dataclass
class Found:
    """What the sessions met.

    ``turns`` and ``draws`` are milliseconds of a page's answer and of a picture that the server decodes, ``rush`` of the answers of the
    first ``RUSH`` seconds, in which all arrive and begin to train at once; ``megabytes`` what a session costs the app's process at the
    most and at the end.
    """

    began: float = field(default_factory=time.monotonic)
    runs: int = 0
    frames: int = 0
    errors: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    rush: list[float] = field(default_factory=list)
    draws: list[float] = field(default_factory=list)
    megabytes: tuple[float, float] = (0.0, 0.0)


class Answer(NamedTuple):
    """Of the server to a request."""

    code: int
    headers: Mapping[str, str]
    body: bytes


class Student:
    """One session: trains, follows, turns pages and drags until the time is over."""

    def __init__(self, number, address, found, epochs):
        self.number, self.address, self.found, self.epochs = number, address, found, epochs
        self.random = random.Random(number)
        self.turn = asyncio.Lock()  # a person does one thing at a time
        self.recipes, self.frames, self.following = {}, {}, {}

    async def arrive(self):
        """Open the first page, as a browser does."""
        connector = aiohttp.TCPConnector(limit_per_host=CONNECTIONS)
        self.web = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(60))
        answer = await self.get("/")
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.client = await PlainClient.join(self.address, HOST, self.cookie, lively=True)
        await self.client.rerun()

    async def work(self, deadline):
        """Be a student until ``deadline``; what goes wrong is noted."""
        tasks = [asyncio.create_task(self._noting(habit(deadline))) for habit in (self._train, self._look_around, self._drag)]
        await asyncio.gather(*tasks)

    async def _noting(self, habit):
        try:
            await habit
        except Exception as error:  # a benchmark counts what goes wrong and goes on
            self.found.errors.append(f"session {self.number}: {type(error).__name__}: {str(error)[:200]}")

    async def _train(self, deadline):
        for seed in range(1000 * (self.number + 1), 1000 * (self.number + 2)):
            if time.monotonic() > deadline:
                return
            recipes = {recipe.id: recipe for recipe in pair(Recipe(seed=seed, epochs=self.epochs))}
            async with self.turn:
                await self._timed(self.client.rerun("losses"))  # a link with settings in it leads from one page to another
                await self._timed(self.client.rerun("train", f"seed={seed}&epochs={self.epochs}&beta=1.0"))
                followed = [asyncio.create_task(self._follow(run_id, deadline + GRACE)) for run_id in recipes]  # from the press on
                await self._timed(self.client.click("train"))
                shown = self.client.query
            self.recipes |= recipes
            if not all(run_id in shown for run_id in recipes):
                self.found.mixed.append(f"session {self.number}, seed {seed}: the page shows {shown}")
            await asyncio.gather(*followed)

    async def _follow(self, run_id, patience):
        """Ask for frames as the page's script does, but from the first one on, until the run is over and all frames are here."""
        frames = self.frames[run_id] = {}
        while "X-Run" not in (await self.get(f"/api/runs/{run_id}/first")).headers and time.monotonic() < patience:
            await asyncio.sleep(SOON)
        ask, probed, looked = "limit=1&wait=0", False, 0.0
        while time.monotonic() < patience:
            answer = await self.get(f"/api/runs/{run_id}/frames?after={len(frames) - 1}&{ask}&form=slim")
            self.following[run_id] = standing = json.loads(answer.headers["X-Run"])
            for blob in added_up(answer.body) if answer.code == 200 else ():
                frames[unpack(blob)[0]["index"]] = blob
            if standing["frames"] and not probed:
                await self.get(f"/api/runs/{run_id}/probe")
                probed = True
            if standing["key_frames"] and time.monotonic() - looked > 1:
                looked = time.monotonic()
                await self.get(f"/api/runs/{run_id}/weights/{standing['key_frames'][-1]}?part=decoder")
            if standing["state"] not in ACTIVE and len(frames) >= standing["frames"]:
                return
            ask = f"limit={BATCH}"

    async def _look_around(self, deadline):
        while time.monotonic() < deadline:
            await asyncio.sleep(self.random.uniform(1.0, 3.0))
            async with self.turn:
                if self.random.random() < 0.5:
                    await self._timed(self.client.rerun(self.random.choice(PAGES)))
                else:
                    await self._timed(self.client.rerun("train"))
                    await self._timed(self.client.set("recipe_beta", self.random.choice([0.5, 2.0, 4.0])))

    async def _drag(self, deadline):
        """Where the browser cannot run a network, the server decodes: ten pictures a second, for a second at a time."""
        while time.monotonic() < deadline:
            await asyncio.sleep(self.random.uniform(4.0, 8.0))
            ready = [(run_id, standing["key_frames"][-1]) for run_id, standing in self.following.items() if standing["key_frames"]]
            for step in range(10 if ready else 0):
                run_id, frame = ready[-1]
                begin = time.perf_counter()
                answer = await self.get(f"/api/runs/{run_id}/decode/{frame}?z={step / 5 - 1:.2f},0.5")
                self.found.draws.append((time.perf_counter() - begin) * 1e3)
                if answer.code != 200:
                    self.found.errors.append(f"session {self.number}: no picture of {run_id} at frame {frame}: {answer.code}")
                await asyncio.sleep(0.1)

    async def _timed(self, answer):
        early = time.monotonic() < self.found.began + RUSH
        milliseconds, _ = await asyncio.wait_for(answer, 60)
        (self.found.rush if early else self.found.turns).append(milliseconds)

    async def get(self, path):
        """Ask for something with this browser's cookie."""
        headers = {"Host": f"{HOST}:{self.address.rsplit(':', 1)[1]}", "Cookie": getattr(self, "cookie", ""), "Accept-Encoding": "gzip"}
        async with self.web.get(self.address + path, headers=headers) as answer:
            found = Answer(answer.status, answer.headers, await answer.read())
        if found.code >= 400:
            raise ConnectionError(f"{path} gave {found.code}")
        return found

    async def leave(self):
        """Close the browser."""
        self.client.leave()
        await self.web.close()

    def judge(self, store):
        """Compare what was received with what the runs of this session's own recipes hold on disk."""
        for run_id, recipe in self.recipes.items():
            told = f"session {self.number}, run {run_id}, seed {recipe.seed}"
            received, state = self.frames.get(run_id, {}), self.following.get(run_id, {}).get("state")
            self.found.runs += 1
            self.found.frames += len(received)
            if state != "done":
                self.found.lost.append(f"{told}: {state}")
                continue
            recording = Recording(store / run_id)
            kept = {index: slim(recording.frame_bytes(index)) for index in range(recording.frame_count)}
            if recording.recipe != recipe or received != kept:
                self.found.mixed.append(f"{told}: {len(received)} frames came, {len(kept)} were recorded, or they differ")
        self.found.errors += [f"session {self.number}: {problem}" for problem in self.client.problems]


def added_up(body):
    """Frames out of an answer: each told by its difference to the one before (see ``ui.slim.records``)."""
    blobs, before, at = [], b"", 0
    while at < len(body):
        (length,) = struct.unpack_from("<I", body, at)
        blob = body[at + 4 : at + 4 + length]
        head = 4 + struct.unpack_from("<I", blob)[0]
        sent = blob[head:]
        if len(sent) == len(before):
            sent = (np.frombuffer(sent, np.uint8) + np.frombuffer(before, np.uint8)).tobytes()
        blobs.append(blob[:head] + sent)
        before, at = sent, at + 4 + length
    return blobs


async def attend(address, store, process, sessions, seconds, epochs):
    """Let a class work; returns what was found."""
    await rehearse(address, epochs)
    memory = psutil.Process(process.pid)
    base = memory.memory_info().rss
    seen = [base]
    watching = asyncio.create_task(watch(memory, seen))
    found = Found()
    students = [Student(number, address, found, epochs) for number in range(sessions)]
    await asyncio.gather(*(student.arrive() for student in students))
    deadline = time.monotonic() + seconds
    await asyncio.gather(*(student.work(deadline) for student in students))
    watching.cancel()
    found.megabytes = tuple((size - base) / 2**20 / sessions for size in (max(seen), memory.memory_info().rss))
    for student in students:
        student.judge(store)
        await student.leave()
    return found


async def rehearse(address, epochs):
    """One session sees every page and trains a pair, so that what is loaded once is not counted for the class."""
    student = Student(-1, address, Found(), epochs)
    await student.arrive()
    for page in PAGES:
        await student.client.rerun(page)
    await student.work(time.monotonic() + 1)
    await student.leave()
    untrained = [standing["message"] for standing in student.following.values() if standing["state"] != "done"]
    if student.found.errors or untrained:
        raise RuntimeError(f"a single session meets: {[*student.found.errors, *untrained][0]}")


async def watch(memory, seen):
    """Note the size of a process again and again."""
    while True:
        seen.append(memory.memory_info().rss)
        await asyncio.sleep(0.5)


def percentile(values, share):
    """The value below which this share of values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def run(sessions, seconds, epochs=60, split=False):
    """Start the app, let a class work, and end everything; returns what was found."""
    with tempfile.TemporaryDirectory() as name, scheduler() if split else nullcontext() as cluster:
        variables = {"LATENT_LAB_SCHEDULER": cluster} if cluster else {}
        with app(Path(name), None, **variables) as (address, process, _):
            return asyncio.run(attend(address, Path(name) / "runs", process, sessions, seconds, epochs))


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--epochs", type=int, default=60, help="of each pair that a session trains")
    parser.add_argument("--split", action="store_true", help="app, scheduler and two workers as processes of their own")
    asked = parser.parse_args()
    print(machine())
    how = "app, scheduler and 2 workers apart" if asked.split else "as the README starts it"
    print(f"{asked.sessions} sessions, {asked.seconds:g} s, pairs of {asked.epochs} epochs, {how}")
    with Pace() as pace:
        found = run(asked.sessions, asked.seconds, asked.epochs, asked.split)
    print(pace)
    print(f"runs trained and followed to the end    {found.runs - len(found.lost):6}     of {found.runs}, {found.frames:,} frames")
    for label, met in (("errors", found.errors), ("lost runs", found.lost), ("mixed runs", found.mixed)):
        print(f"{label:<40}{len(met):6}     (target 0)")
        for line in met[:10]:
            print(f"    {line}")
    for label, met in (("all of them", found.rush + found.turns), ("after the rush", found.turns), ("in the rush", found.rush)):
        p50, p95 = (percentile(met, share) / 1e3 for share in (0.5, 0.95))
        print(f"{f'a page answers, {label}, p50 / p95':<40}{p50:6.2f} / {p95:.2f} s, {len(met)} of them (target 0.5 s)")
    p50, p95 = (percentile(found.draws, share) for share in (0.5, 0.95))
    print(f"a picture decoded by the app, p50 / p95 {p50:6.0f} / {p95:.0f} ms, {len(found.draws)} of them")
    print(f"memory of the app, a session: most, end {found.megabytes[0]:6.1f}, {found.megabytes[1]:.1f} MB (target 10 MB)")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
