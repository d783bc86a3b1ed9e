"""What people bring: whose it is, who may remove it, and how much of it is kept."""

import io
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from test_data_page import own_data_names, said, upload, use
from test_own_images import huge_png
from test_pages import ROOT, messages, open_page
from uploads import a_zip

from jobs.quota import QuotaError
from jobs.shelves import HERE
from jobs.store import Store
from jobs.uploads import Uploads
from ui import student
from vae_core import bundle, own_data, own_images, own_marks
from vae_core.recording import Recording

MEGA = 1_000_000


@pytest.fixture(autouse=True)
def data_root(tmp_path, monkeypatch):
    root = tmp_path / "lab"
    monkeypatch.setenv("LATENT_LAB_DATA", str(root))
    return root


@pytest.fixture
def who(engine, monkeypatch):
    """Who is at the other end."""
    names = ["ann"]
    monkeypatch.setattr(student, "identity", lambda: names[0])
    return names


def pictures(seed=0, count=30):
    return own_data.Pictures(
        np.random.default_rng(seed).integers(0, 255, (count, 784), np.uint8), np.arange(count, dtype=np.uint8) % 2, ("a", "b"), 28
    )


def test_marks_hold_no_secret_and_vanish_with_the_pictures(data_root):
    name = own_images.save(pictures(), data_root, "Ann's", who="secret of ann")
    assert own_data.brought(data_root, "secret of ann") == {name: "Ann's"}
    assert own_data.brought(data_root, "ben") == {}
    assert not any("secret" in path.name or b"secret" in path.read_bytes() for path in data_root.rglob("*") if path.is_file())
    assert own_data.sweep(data_root, hours=-1) == [name]
    assert own_data.brought(data_root, "secret of ann") == {}


def test_the_same_pictures_of_two_students_are_kept_once_under_two_titles(data_root):
    (name,) = {own_images.save(pictures(), data_root, title, who=one) for one, title in (("ann", "Ann's"), ("ben", "Ben's"))}
    assert own_data.brought(data_root, "ann") == {name: "Ann's"}
    assert own_data.brought(data_root, "ben") == {name: "Ben's"}
    own_data.leave(name, data_root, "eve")  # she never brought them
    own_data.leave(name, data_root, "ann")
    assert own_data.present(name, data_root)
    own_data.leave(name, data_root, "ben")
    assert not own_data.present(name, data_root)


def test_what_one_keeps_for_everyone_another_cannot_take_over(data_root):
    name = own_images.save(pictures(), data_root, "Ann's", keep=True, who="ann")
    own_images.save(pictures(), data_root, "Ben's", keep=True, who="ben")
    assert own_data.saved(data_root) == {name: "Ann's"}
    own_data.leave(name, data_root, "ben")
    assert own_data.saved(data_root) == {name: "Ann's"}
    own_images.save(pictures(), data_root, "Ben's", who="ben")
    own_data.leave(name, data_root, "ann")
    assert own_data.saved(data_root) == {}
    assert own_data.present(name, data_root)  # Ben brought them too
    own_data.leave("../outside", data_root, "ann")


def test_damaged_pictures_are_mended_when_they_are_brought_again(data_root):
    name = own_images.save(pictures(), data_root)
    (data_root / name / own_data.FILE).write_bytes(b"x")
    assert own_images.save(pictures(), data_root) == name
    assert len(own_data.read(name, data_root)[0].images) == 30


def test_only_the_keeper_and_the_machine_may_remove_what_is_kept(who, data_root):
    app = upload(open_page("data"), [("a.zip", a_zip("ab", 12))])
    app.checkbox(key="bring_keep").check().run()
    use(app, "Ours")
    (name,) = own_data_names(data_root)
    button = f"forget_{name}"

    who[0] = "ben"
    page = open_page("data")
    assert "Ours" in said(page)
    assert "The person who kept them can remove them" in said(page)
    assert not any(one.key == button for one in page.button)
    again = use(upload(open_page("data"), [("a.zip", a_zip("ab", 12))]), "Mine too")  # the same pictures make nobody a keeper
    again.switch_page("../pages/data.py").run()
    assert not any(one.key == button for one in again.button)

    who[0] = "ann"
    page = open_page("data")
    page.button(key=button).click().run()
    assert not page.exception
    assert own_data.saved(data_root) == {}
    assert own_data_names(data_root) == [name]  # Ben still has them
    who[0] = "ben"
    assert "Mine too" in said(open_page("data"))

    own_images.save(pictures(1), data_root, "Kept", keep=True, who="ann")
    who[0] = HERE
    page = open_page("data")
    (kept,) = own_data.saved(data_root)
    page.button(key=f"forget_{kept}").click().run()
    assert kept not in own_data_names(data_root)


def test_own_pictures_are_found_again_by_who_brought_them_and_by_nobody_else(who, data_root):
    use(upload(open_page("data"), [("a.zip", a_zip("ab", 12))]), "Mine")
    assert "Mine" in said(open_page("data"))
    who[0] = "ben"
    assert "Mine" not in said(open_page("data"))
    assert not any("Mine" in option for option in open_page("train").selectbox(key="recipe_data").options)


def test_pictures_beyond_the_share_are_refused_with_what_to_do(who, data_root, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_UPLOADS_EACH_MB", "1")
    first = own_images.save(pictures(count=1200), data_root, who="ann")
    app = upload(open_page("data"), [("a.zip", a_zip("ab", 50))])
    app.button(key="bring_use").click().run()
    assert "1 MB are kept for you. Remove some of yours first" in said(app)
    assert own_data_names(data_root) == [first]
    page = open_page("data")
    page.button(key=f"forget_{first}").click().run()
    app.button(key="bring_use").click().run()
    assert not app.error
    assert len(own_data_names(data_root)) == 1
    assert first not in own_data_names(data_root)


def test_shares_count_pictures_and_models_of_each_and_of_all(tmp_path, data_root):
    store = Store(tmp_path / "runs", ROOT / "pretrained")
    run_id = store.adopt(bundle.pack(Recording(ROOT / "pretrained" / "digits-vae")))
    for one in ("ann", "ben"):
        store.shelves.put(one, run_id)
    store.shelves.put("ann", "f" * 16)  # a run that is gone
    name = own_images.save(pictures(), data_root, who="ann")
    model = sum(path.stat().st_size for path in (store.root / run_id).rglob("*") if path.is_file())
    brought = sum(path.stat().st_size for path in (data_root / name).iterdir())
    uploads = Uploads(store, data_root, 2 * MEGA, 3 * MEGA)
    assert (uploads.of("ann"), uploads.of("ben"), uploads.of("eve"), uploads.of_all()) == (model + brought, model, 0, model + brought)
    with uploads.room("ann", 2 * MEGA - model - brought):
        pass
    with pytest.raises(QuotaError, match="kept for you"), uploads.room("ann", 2 * MEGA - model - brought + 1):
        raise AssertionError("there is no room")
    with uploads.room(HERE, 2 * MEGA):
        pass
    for one in ("eve", HERE):
        with pytest.raises(QuotaError, match="and no more"), Uploads(store, data_root, 9 * MEGA, MEGA).room(one, MEGA):
            raise AssertionError("there is no room")


def test_a_model_beyond_the_share_is_refused_before_it_is_unpacked(who, engine, recordings, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_UPLOADS_ALL_MB", "1")
    monkeypatch.setattr(engine.store, "adopt", lambda body: pytest.fail("it was unpacked"))
    app, body = open_page("models"), io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("model.safetensors", bytes(MEGA + 1))
    app.file_uploader[0].upload("run.zip", body.getvalue(), "application/zip").run()
    assert not app.exception
    assert "1 MB of what people bring" in messages(app)


def test_what_a_killed_upload_left_is_swept(tmp_path):
    """A process is killed while it unpacks; its folder goes once it is clear that nobody writes there any more."""
    code = """
import sys, time
from pathlib import Path
from jobs.store import Store
from vae_core import bundle
def stuck(body, staging):
    (staging / "frames").mkdir(parents=True)
    (staging / "frames" / "00000.bin").write_bytes(b"half")
    print("there", flush=True)
    time.sleep(60)
bundle.unpack = stuck
Store(Path(sys.argv[1]), Path(sys.argv[1])).adopt(b"")
"""
    store = Store(tmp_path / "runs", tmp_path)
    process = subprocess.Popen([sys.executable, "-c", code, str(store.root)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"there\n"
    process.kill()
    process.wait()
    assert len(list(store.root.glob(".uploading-*"))) == 1
    store.sweep()
    assert len(list(store.root.glob(".uploading-*"))) == 1
    time.sleep(0.05)
    store.sweep(seconds=0.01)
    assert not list(store.root.iterdir())


@pytest.mark.filterwarnings("error")
def test_large_pictures_raise_no_warning_of_the_library():
    with pytest.raises(own_images.BadUpload, match="12,000 × 12,000 pixels"):
        own_images.read([("sky.png", huge_png(12_000, 12_000))])
    import warnings

    from PIL import Image

    with pytest.raises(Image.DecompressionBombWarning):
        warnings.warn("elsewhere it is heard", Image.DecompressionBombWarning, stacklevel=1)


def test_what_two_keep_for_everyone_stays_when_one_of_them_removes_it(data_root):
    for who in ("ann", "ben"):
        name = own_images.save(pictures(), data_root, f"{who}'s", keep=True, who=who)
    own_data.leave(name, data_root, "ann")
    assert own_data.saved(data_root) == {name: "ann's"}
    assert own_marks.keeper(data_root / name, "ben")
    assert not own_marks.keeper(data_root / name, "ann")
    own_data.leave(name, data_root, "ben")
    assert not own_data.present(name, data_root)
