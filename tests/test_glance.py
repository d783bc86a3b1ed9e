"""Within a glance a thread looks at each thing once; what it writes itself, it sees."""

import collections
import os

import pytest
from conftest import fabricate
from test_pages import open_page

from jobs.shelves import Shelves
from jobs.store import Store
from ui.turnstile import aside, one_at_a_time
from vae_core import glance, own_data, own_marks
from vae_core.files import write_atomic
from vae_core.recipes import AE
from vae_core.recording import Status


def test_outside_a_glance_each_look_is_a_new_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        glance.standing(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"")
    assert glance.standing(tmp_path / "a")[2] == 0
    assert glance.names(tmp_path) == {"a"}
    (tmp_path / "b").write_bytes(b"")
    assert glance.names(tmp_path) == {"a", "b"}


def test_within_a_glance_things_are_as_they_were_at_the_first_look(tmp_path):
    with glance.glance():
        assert not glance.holds(tmp_path, "a")
        with pytest.raises(FileNotFoundError):
            glance.standing(tmp_path / "a")
        (tmp_path / "a").write_bytes(b"")  # as another process would
        with glance.glance():
            assert not glance.holds(tmp_path, "a")
        with pytest.raises(FileNotFoundError):
            glance.standing(tmp_path / "a")
    assert glance.holds(tmp_path, "a")


def test_what_a_thread_writes_and_removes_it_sees(tmp_path):
    store = Store(tmp_path, tmp_path / "none")
    with glance.glance():
        assert store.get(AE.id) is None
        recording = store.create(AE)
        assert store.get(AE.id).status.state == "queued"
        recording.write_status(Status("done"))
        assert store.get(AE.id).status.state == "done"
        assert recording.frame_count == 0
        recording.write_bytes("frames/00000.bin", b"")
        assert recording.frame_count == 1
        recording.forget_from(0)
        assert recording.frame_count == 0
        assert recording.metrics is None
        recording.write_json("metrics.json", {"bound": -1.0})
        assert recording.metrics == {"bound": -1.0}
        store.delete(AE.id)
        assert store.get(AE.id) is None


def test_what_a_student_keeps_or_brings_is_seen_at_once(tmp_path):
    shelves, pictures = Shelves(tmp_path), tmp_path / f"own-{'0' * 16}"
    with glance.glance():
        assert shelves.of("me") == {}
        shelves.put("me", AE.id)
        assert set(shelves.of("me")) == {AE.id}
        assert own_data.brought(tmp_path, "me") == {}
        own_marks.bring(pictures, "me", "Mine")
        assert own_data.brought(tmp_path, "me") == {pictures.name: "Mine"}
        write_atomic(pictures / own_data.FILE, b"")
        own_marks.keep(pictures, "me", "Ours")
        assert own_data.saved(tmp_path) == {pictures.name: "Ours"}
        own_data.leave(pictures.name, tmp_path, "me")
        assert not own_data.present(pictures.name, tmp_path)


def test_a_page_is_one_glance_until_it_lets_others_pass(tmp_path):
    with one_at_a_time():
        assert glance.names(tmp_path) == set()
        (tmp_path / "a").write_bytes(b"")
        with one_at_a_time():
            assert glance.names(tmp_path) == set()
            with aside():
                assert glance.names(tmp_path) == {"a"}
                (tmp_path / "b").write_bytes(b"")
                assert glance.names(tmp_path) == {"a", "b"}
            (tmp_path / "c").write_bytes(b"")
            assert glance.names(tmp_path) == {"a", "b", "c"}
            (tmp_path / "d").write_bytes(b"")
        assert glance.names(tmp_path) == {"a", "b", "c"}


@pytest.mark.parametrize("name", ["home", "train", "compare", "losses", "models"])
def test_a_page_asks_the_disk_once_where_a_file_stands(engine, monkeypatch, name):
    """Each such question gives way to all other threads: of thirty students each then waits for all others, a hundred times a page."""
    fabricate(engine.store.root / AE.id, AE)
    app = open_page(name)
    asked, stat = collections.Counter(), os.stat
    monkeypatch.setattr(os, "stat", lambda path, *rest, **named: (asked.update([str(path)]), stat(path, *rest, **named))[1])
    app.run()
    roots = (str(engine.store.pretrained), str(engine.store.root))
    ours = {path: times for path, times in asked.items() if path.startswith(roots) and path.endswith((".json", ".bin"))}
    assert ours
    assert max(ours.values()) == 1, ours
