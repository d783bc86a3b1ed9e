"""The page Data: odd uploads, whose data are listed for whom, downloads, and the settings that a set brings with it."""

import itertools
import os
import threading
import time

import numpy as np
import pytest
from test_data import published, server  # noqa: F401 - fixtures: a small MNIST, and a server that misbehaves
from test_pages import choose, messages, open_page, unfolded
from uploads import ODD, REFUSED, a_zip, an_npz

from jobs import downloads
from ui import datacards, runs, state, student
from ui.housekeeping import sweep
from vae_core import data, own_data, own_images
from vae_core.catalogue import entry

SAID = "\\"


@pytest.fixture(autouse=True)
def data_root(engine, tmp_path, monkeypatch):
    root = tmp_path / "lab"
    monkeypatch.setenv("LATENT_LAB_DATA", str(root))
    return root


def upload(app, files):
    app.file_uploader(key="bring_files").set_value([(name, body, "application/octet-stream") for name, body in files]).run()
    assert not app.exception
    return app


def said(app):
    return " ".join([*(box.value for box in itertools.chain(app.markdown, app.caption)), messages(app)]).replace(SAID, "")


def use(app, title=""):
    app.text_input(key="bring_title").set_value(title).run()
    app.button(key="bring_use").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", ODD)
def test_an_odd_picture_is_shown_and_can_be_trained_on(name, data_root):
    make, words = ODD[name]
    app = upload(open_page("data"), [(f"{index}-{name}", make(index)) for index in range(24)])
    assert words in said(app)
    assert not app.error
    use(app, "Odd ones")
    assert app.title[0].value == "Train live"
    recipe = state.Recipe.from_dict({field.name: app.session_state[field.key] for field in state.FIELDS.values()})
    assert recipe.data in own_data_names(data_root)
    assert app.session_state["recipe_likelihood"] == "bernoulli"
    images = entry(recipe.data).load(data_root, print)
    assert images.train.x.shape == (24 - 4 - 2, 28 * 28)
    assert recipe.epochs == 2000  # so few are one update each time


def own_data_names(root):
    return [path.name for path in root.glob("own-*")]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_with_the_reason(name, data_root):
    make, words = REFUSED[name]
    app = upload(open_page("data"), [(name, make())])
    if name == "few.png":
        app.button(key="bring_use").click().run()
    assert words in messages(app).replace(SAID, "")
    assert not own_data_names(data_root)


def test_folders_become_labels_and_the_size_can_be_chosen(data_root):
    app = upload(open_page("data"), [("letters.zip", a_zip("жλ", 12))])
    assert "ж: 12" in said(app)
    app.segmented_control(key="bring_side").set_value(32).run()
    app.segmented_control(key="bring_ground").set_value("As they are").run()
    use(app, "My *letters*")
    pictures, title = own_data.read(own_data_names(data_root)[0], data_root)
    assert (pictures.side, pictures.classes, pictures.inverted, title) == (32, ("λ", "ж"), False, "My letters")


def test_words_of_a_user_are_not_markdown():
    app = upload(open_page("data"), [("a.zip", a_zip(["![x](http://evil)", "b"], 12)), ("x](http://evil).png", b"?")])
    assert "one zip" in messages(app)
    app = upload(open_page("data"), [("a.zip", a_zip(["![x]", "b"], 12))])
    text = " ".join(box.value for box in itertools.chain(app.markdown, app.caption))
    assert "![x]" not in text
    assert "x" in text


def test_own_pictures_are_not_listed_for_others_unless_kept(data_root, engine, monkeypatch):
    who = ["ann"]
    monkeypatch.setattr(student, "identity", lambda: who[0])
    app = use(upload(open_page("data"), [("a.zip", a_zip("ab", 12))]), "Mine")
    name = app.session_state["recipe_data"]
    assert name in app.selectbox(key="recipe_data").value
    assert f"Mine · {name[4:8]}" in app.selectbox(key="recipe_data").options
    app.button(key="train").click().run()
    own_runs = app.session_state["runs"]
    assert [recipe.data for recipe in engine.started] == [name, name]
    assert any("Mine" in option for option in open_page("train").selectbox(key="recipe_data").options)  # tomorrow's session is hers too

    who[0] = "ben"
    other = open_page("train")
    assert not any("Mine" in option for option in other.selectbox(key="recipe_data").options)
    assert not any("Mine" in option for option in other.multiselect(key="runs").options)
    assert not any(button.key == f"delete_{own_runs[0]}" for button in other.button)
    assert not any(button.key == f"use_{name}" for button in open_page("data").button)

    again = open_page("train", data=name)  # a reload, or somebody who was given the address
    assert again.session_state["recipe_data"] == name
    assert any("Mine" in option for option in again.selectbox(key="recipe_data").options)

    keeper = upload(open_page("data"), [("a.zip", a_zip("ab", 12))])
    keeper.checkbox(key="bring_keep").check().run()
    use(keeper, "Ours")
    assert any("Ours" in option for option in open_page("train").selectbox(key="recipe_data").options)
    who[0] = student.HERE
    page = open_page("data")
    page.button(key=f"forget_{name}").click().run()
    assert not page.exception
    assert not own_data_names(data_root)


def test_runs_on_pictures_that_are_gone_stay_in_the_list(data_root, engine, monkeypatch):
    """They take room, and only who sees them can give it back."""
    who = ["ann"]
    monkeypatch.setattr(student, "identity", lambda: who[0])
    app = use(upload(open_page("data"), [("a.zip", a_zip("ab", 12))]), "Mine")
    app.button(key="train").click().run()
    trained = set(app.session_state["runs"])
    own_data.forget(app.session_state["recipe_data"], data_root)
    assert {run.id for run in runs.listed()[0]} == trained
    who[0] = student.HERE  # the person at the machine makes room for all
    assert {run.id for run in runs.listed()[0]} >= trained


def test_an_address_with_pictures_that_are_not_here_is_answered_plainly():
    app = open_page("train", data="own-0123456789abcdef", beta="3")
    assert "not on this machine" in messages(app)
    assert app.session_state["recipe_data"] == "digits"
    assert app.session_state["recipe_beta"] == 3.0
    assert not app.exception


def test_pictures_that_vanish_meanwhile_leave_the_page_whole(data_root):
    app = use(upload(open_page("data"), [("a.zip", a_zip("ab", 12))]))
    own_data.forget(app.session_state["recipe_data"], data_root)
    app.run()
    assert not app.exception
    app.switch_page("../pages/data.py").run()
    assert not app.exception


def test_from_images_to_points_and_back_the_likelihood_follows():
    app = unfolded(open_page("train"))
    app.selectbox(key="recipe_net").set_value("conv").run()
    app.selectbox(key="recipe_data").set_value("cities").run()
    assert (app.session_state["recipe_likelihood"], app.session_state["recipe_net"]) == ("gaussian", "mlp")
    assert not app.button(key="train").disabled
    choose(app, "β-VAE")
    assert app.session_state["recipe_likelihood"] == "gaussian"
    assert not app.button(key="train").disabled
    app.selectbox(key="recipe_data").set_value("digits").run()
    assert (app.session_state["recipe_likelihood"], app.session_state["recipe_sigma"]) == ("bernoulli", 0.2)
    assert app.session_state["recipe_hidden"] == "128, 64"


@pytest.mark.parametrize("address", [{"data": "cities"}, {"data": "cities", "likelihood": "gaussian-learned"}])
def test_an_address_may_name_points(address):
    app = open_page("train", **address)
    assert app.session_state["recipe_data"] == "cities"
    assert app.session_state["recipe_likelihood"] == address.get("likelihood", "gaussian")
    assert not app.button(key="train").disabled
    assert not app.warning


@pytest.fixture
def fetching(monkeypatch, data_root):
    found = downloads.Downloads()
    monkeypatch.setattr(datacards, "get_downloads", lambda: found)
    return found


def over(fetching, name="mnist"):
    for _ in range(400):
        if fetching.get(name).over:
            return fetching.get(name)
        time.sleep(0.05)
    raise AssertionError("the download does not end")


def test_a_download_from_the_page(server, fetching):  # noqa: F811
    app = open_page("data")
    assert "Download 12 MB" in [button.label for button in app.button]
    app.button(key="fetch_mnist").click().run()
    assert not app.exception
    assert over(fetching).problem == ""
    app.run()
    assert any(button.key == "use_mnist" for button in app.button)


def test_two_sessions_download_once(server, fetching):  # noqa: F811
    pages = [open_page("data") for _ in range(2)]
    for page in pages:
        page.button(key="fetch_mnist").click().run()
    over(fetching)
    assert len([path for path, _ in server.asked]) == 4


def test_a_download_that_breaks_says_why_and_goes_on_later(server, fetching):  # noqa: F811
    server.break_at = 9000
    app = open_page("data")
    app.button(key="fetch_mnist").click().run()
    over(fetching)
    app.run()
    assert "broke off" in messages(app)
    server.break_at = None
    server.asked.clear()
    app.button(key="fetch_mnist").click().run()
    assert over(fetching).problem == ""
    assert server.asked[0][1] == "bytes=18000-"


def test_a_damaged_download_and_no_network_are_said(server, fetching):  # noqa: F811
    name = next(iter(server.files))
    server.files[name] = server.files[name][:-9] + b"x" + server.files[name][-8:]
    app = open_page("data")
    app.button(key="fetch_mnist").click().run()
    over(fetching)
    assert "checksum is wrong" in messages(app.run())
    server.server_close()
    app.button(key="fetch_mnist").click().run()
    over(fetching)
    assert "Connect to the internet" in messages(app.run())


def test_a_download_can_be_cancelled_and_begun_again(server, fetching):  # noqa: F811
    gate = threading.Event()

    class Slow(server.RequestHandlerClass):
        def do_GET(self):
            gate.wait(10)
            super().do_GET()

    server.RequestHandlerClass = Slow
    app = open_page("data")
    app.button(key="fetch_mnist").click().run()
    app.button(key="cancel_mnist").click().run()
    assert fetching.get("mnist").over
    assert "This download was stopped" in messages(app.run())
    gate.set()
    app.button(key="fetch_mnist").click().run()
    assert over(fetching).problem == ""


def test_arrays_are_shown(data_root):
    body = an_npz(images=np.random.default_rng(0).integers(0, 255, (40, 9, 9), np.uint8), labels=np.arange(40) % 3)
    app = upload(open_page("data"), [("a.npz", body)])
    assert "The 3 labels are 0, 1, 2" in said(app)
    assert not data_root.exists()  # nothing is written before somebody says so


def test_the_server_removes_what_nobody_used_for_a_day(data_root):
    def brought(folders, keep=False):
        return own_images.save(own_images.read([("a.zip", a_zip(folders, 12))]), data_root, keep=keep)

    def age(name):
        os.utime(data_root / name / own_data.FILE, (1, 1))

    fresh, old, kept, used = brought("ab"), brought("cd"), brought("ef", keep=True), brought("gh")
    for name in (old, kept, used):
        age(name)
    data.read(used, data_root)  # somebody trains on them
    over = threading.Event()
    sweeping = threading.Thread(target=sweep, args=(over,), daemon=True)
    sweeping.start()
    for _ in range(100):
        if not (data_root / old).exists():
            break
        time.sleep(0.05)
    over.set()
    sweeping.join(5)
    assert not sweeping.is_alive()
    assert set(own_data_names(data_root)) == {fresh, kept, used}
