"""The load benchmark at its smallest: three students at work, and a checker that notices what it is there for."""

import struct

import pytest
from conftest import fabricate

from benchmarks import load
from ui.slim import records, slim
from vae_core.recipes import Recipe


def test_three_students_each_see_their_own_runs():
    found = load.run(sessions=3, seconds=3, epochs=10)
    assert not found.errors
    assert not found.lost
    assert not found.mixed
    assert found.runs >= 6
    assert found.frames > found.runs
    assert found.rush + found.turns


@pytest.fixture
def student(tmp_path):
    """One who followed a finished run to its end."""
    recipe = Recipe(seed=5)
    recording = fabricate(tmp_path / recipe.id, recipe)
    student = load.Student(0, "http://localhost:1", load.Found(), 10)
    student.client = type("Client", (), {"problems": []})
    student.recipes[recipe.id] = recipe
    student.following[recipe.id] = {"state": "done"}
    student.frames[recipe.id] = {index: slim(recording.frame_bytes(index)) for index in range(4)}
    return student


def test_frames_of_a_students_own_run_are_in_order(student, tmp_path):
    student.judge(tmp_path)
    assert (student.found.runs, student.found.frames, student.found.mixed, student.found.lost) == (1, 4, [], [])


def test_frames_of_another_seed_are_noticed(student, tmp_path):
    (run_id,) = student.recipes
    other = fabricate(tmp_path / "other", Recipe(seed=6), seed=6)
    student.frames[run_id][2] = slim(other.frame_bytes(2))
    student.judge(tmp_path)
    assert len(student.found.mixed) == 1


def test_a_missing_frame_and_a_run_that_did_not_end_are_noticed(student, tmp_path):
    (run_id,) = student.recipes
    del student.frames[run_id][3]
    student.judge(tmp_path)
    assert len(student.found.mixed) == 1
    student.following[run_id] = {"state": "failed"}
    student.judge(tmp_path)
    assert student.found.lost == [f"session 0, run {run_id}, seed 5: failed"]


def test_answers_are_added_up_to_frames(tmp_path):
    recording = fabricate(tmp_path / "run", Recipe())
    blobs = [slim(recording.frame_bytes(index)) for index in range(4)]
    body = records(blobs)
    assert body != b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)
    assert load.added_up(body) == blobs
