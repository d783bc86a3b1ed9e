"""The page Models: find, look, open, name, delete, and bring a run back. The zip itself is tested in test_bundle."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from conftest import METRICS, fabricate
from test_pages import ROOT, messages, open_page

from jobs.shelves import Shelves
from jobs.store import Store
from ui import cached, comparison, gallery, measures, runs, state, student, text, thumbnails, widgets
from ui.student import HERE
from vae_core import bundle
from vae_core.recipes import AE, RECIPES, VAE, Recipe
from vae_core.recording import Recording
from vae_core.zoo import ZOO

ZOO_FOLDER = ROOT / "pretrained"


@pytest.fixture
def zoo(engine, recordings):
    """The store with the models that come with the lab, since only whole recordings can be brought back."""
    engine.store = Store(recordings["runs"], ZOO_FOLDER)
    return engine


def opened(run_id, **address):
    app = open_page("models", **address)
    return app.button(key=f"details_{run_id}").click().run()


def words(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption, *app.title])


def shown(app):
    return [button.key.removeprefix("details_") for button in app.button if (button.key or "").startswith("details_")]


def upload(app, body, name="run.zip"):
    return app.file_uploader[0].upload(name, body, "application/zip").run()


def test_own_runs_and_pretrained_ones_stand_in_one_list(engine, recordings):
    app = open_page("models")
    assert set(shown(app)) == {recordings["deep"], recordings["flat"], "p-digits-ae", "p-digits-vae"}
    assert len(app.get("image")) == 4
    assert "4 of 4 models" in words(app)


def test_filters_and_sorting(zoo, recordings):
    app = open_page("models")
    app.selectbox(key="models_from").set_value("trained").run()
    assert set(shown(app)) == {recordings["deep"], recordings["flat"]}
    app.selectbox(key="models_from").set_value("pretrained").run()
    app.selectbox(key="models_data").set_value("mnist").run()
    app.selectbox(key="models_kind").set_value("β-VAE").run()
    app.selectbox(key="models_order").set_value("Kind").run()
    assert shown(app) == [f"p-mnist-10d-beta-{beta}" for beta in ("0-25", "0-5", "2", "4", "8")]
    app.text_input(key="models_find").set_value("β = 4").run()
    assert shown(app) == ["p-mnist-10d-beta-4"]
    app.text_input(key="models_find").set_value("nothing like it").run()
    assert not shown(app)
    assert "No model is like that" in messages(app)


def test_two_hundred_runs_come_a_page_at_a_time(engine, recordings):
    for seed in range(200):
        fabricate(recordings["runs"] / Recipe(seed=seed + 1).id, Recipe(seed=seed + 1), frames=1)
        engine.store.shelves.put(student.HERE, Recipe(seed=seed + 1).id)
    app = open_page("models")
    assert not app.exception
    assert len(shown(app)) == 12
    assert "204 of 204 models" in words(app)
    first = set(shown(app))
    app.get("pagination")[0].set_value(2).run()
    assert len(shown(app)) == 12
    assert not first & set(shown(app))


def test_a_run_is_put_on_the_screen_and_taken_off(engine, recordings):
    app = open_page("models")
    app.button(key=f"show_{recordings['deep']}").click().run()
    assert app.session_state["runs"] == ["p-digits-ae", "p-digits-vae", recordings["deep"]]
    app.button(key="hide_p-digits-ae").click().run()
    assert app.session_state["runs"] == ["p-digits-vae", recordings["deep"]]
    assert app.query_params["runs"] == f"p-digits-vae,{recordings['deep']}"


def test_a_run_for_which_there_is_no_room_on_the_screen_says_which_one_leaves(engine, recordings):
    more = [Recipe(seed=seed) for seed in range(1, 6)]
    for recipe in more:
        fabricate(recordings["runs"] / recipe.id, recipe, frames=1)
        engine.store.shelves.put(student.HERE, recipe.id)
    app = open_page("models", runs=",".join(["p-digits-ae", *(recipe.id for recipe in more)]))
    assert app.multiselect(key="runs").proto.select_all == 0
    app.button(key="show_p-digits-vae").click().run()
    assert app.session_state["runs"] == [*(recipe.id for recipe in more), "p-digits-vae"]
    assert [said.value.split(" · ")[0] for said in app.toast] == ["AE"]
    app.button(key="hide_p-digits-vae").click().run()
    app.button(key="show_p-digits-ae").click().run()
    assert not app.toast


@pytest.mark.parametrize("page", ["explore", "losses", "compare"])
def test_a_run_is_opened_in_a_page_beside_those_on_the_screen(engine, recordings, page):
    app = opened(recordings["deep"])
    app.button(key=f"open_{page}").click().run()
    assert not app.exception
    assert app.title[0].value == text.sections(page)["title"]
    assert app.session_state["runs"] == ["p-digits-ae", "p-digits-vae", recordings["deep"]]


def test_the_settings_of_a_run_are_filled_in(zoo):
    app = open_page("models")
    app.text_input(key="models_find").set_value("β = 0.25").run()
    app.button(key="details_p-mnist-10d-beta-0-25").click().run()
    app.button(key="open_train").click().run()
    assert not app.exception
    assert not app.error
    assert app.number_input(key="recipe_beta").value == 0.25
    assert app.session_state["models"] == "vae"
    app.button(key="train").click().run()
    assert zoo.started == [ZOO["mnist-10d-beta-0-25"]]


@pytest.mark.parametrize("recipe", [*RECIPES.values(), *ZOO.values()])
def test_settings_filled_in_give_the_same_run(recipe, monkeypatch):
    import streamlit as st

    from ui import actions

    monkeypatch.setattr(st, "session_state", {state.RUNS_KEY: []})
    folder = dataclasses.make_dataclass("Folder", ["recipe"])(recipe)
    monkeypatch.setattr(cached, "get_engine", lambda: dataclasses.make_dataclass("E", ["store"])(Finds(folder)))
    actions.fill_in("x")
    assert [one.id for one in state.recipes()] == [recipe.id]


class Finds:
    """A store in which every id is one recording."""

    def __init__(self, recording):
        self.recording = recording

    def get(self, run_id):
        return self.recording


def test_a_name_stands_wherever_the_run_does_and_is_no_markup(engine, recordings):
    app = opened(recordings["deep"])
    name = "my *best* <b>run</b> [x](http://evil.example)"
    app.text_input(key=f"name_{recordings['deep']}").set_value(name).run()
    app.button(key="rename").click().run()
    assert not app.exception
    assert engine.store.shelves.of(student.HERE)[recordings["deep"]] == name
    assert runs.label(recordings["deep"]).startswith(name)
    for page in ("models", "train", "compare", "losses", "explore"):
        said = open_page(page, runs=f"{recordings['deep']},p-digits-ae")
        assert not said.exception
        everything = words(said) + " ".join(str(button.label) for button in said.button)
        assert "[x](http" not in everything
        assert "<b>run" not in everything
        if page not in ("explore", "train"):
            assert "best" in everything
    charts = str(open_page("losses", runs=recordings["deep"]).get("plotly_chart")[0].proto.spec).replace("\\u003c", "<")
    assert "<b>run" not in charts
    assert "&lt;b&gt;run" in charts.replace("\\u0026", "&")


def test_a_name_that_cannot_be_kept_is_answered_in_the_drawer(engine, recordings, monkeypatch):
    def refuse(*_):
        raise ValueError("The disk is full")

    app = opened(recordings["deep"])
    monkeypatch.setattr(Shelves, "rename", refuse)
    app.button(key="rename").click().run()
    assert not app.main.error
    assert [one.value for one in app.error] == ["The disk is full"]  # in the drawer, which is no part of the page behind it
    assert not app.run().error  # it is said once


def test_equal_names_are_told_apart(engine, recordings):
    for run_id in (recordings["deep"], recordings["flat"]):
        engine.store.shelves.rename(student.HERE, run_id, "twin")
    titles = [run.title for run in runs.load([recordings["deep"], recordings["flat"]])[0]]
    assert len(set(titles)) == 2
    assert all(title.startswith("twin · ") for title in titles)


def test_a_deleted_run_leaves_the_screen(engine, recordings):
    app = opened(recordings["deep"], runs=recordings["deep"])
    app.button(key="delete").click().run()
    assert not app.exception
    assert not (recordings["runs"] / recordings["deep"]).exists()
    assert app.session_state["runs"] == ["p-digits-ae", "p-digits-vae"]
    assert recordings["deep"] not in shown(app)


def test_pretrained_models_show_how_they_were_made_and_cannot_be_deleted_or_renamed(zoo):
    app = opened("p-digits-vae")
    assert not app.exception
    assert "python -m vae_core.pretrain digits-vae" in [code.value for code in app.code]
    assert "torch" in words(app)
    keys = {button.key for button in app.button}
    assert not keys & {"delete", "rename"}


def test_settings_are_told_in_the_words_of_their_controls(engine, recordings):
    fork = Recipe(posterior="dirac", beta=0.0, parent=recordings["deep"], parent_frame=3)
    fabricate(recordings["runs"] / fork.id, fork)
    engine.store.shelves.put(student.HERE, fork.id)
    app = opened(fork.id)
    [table] = [part.value for part in app.markdown if part.value.startswith("| Setting")]
    rows = dict(line.split(" | ")[:2] for line in table.removeprefix("| ").split("\n| ")[2:])
    told = {"Data set": "Digits", "Encoder gives": "A point", "Network": "Fully connected", "Black or white": "Grey, as they are"}
    told |= {"Left out": "none", "Training images": "all", "Told the label": "no", "Hidden widths": "128, 64", "β": "0"}
    assert told.items() <= rows.items()
    assert "Continued from VAE" in words(app)
    assert "at epoch" in words(app)
    engine.store.delete(recordings["deep"])
    assert "Continued from " + recordings["deep"] in words(app.run())


def test_measures_have_names_units_and_a_split(zoo):
    said = words(opened("p-digits-vae"))
    elbo = f"{zoo.store.get('p-digits-vae').metrics['elbo']:.2f}".replace("-", "−")
    assert f"| ELBO | {elbo} | nats per image |" in said
    assert "400 images of the test set" in said
    assert "100 samples for each of 400" in said
    assert "not measured here" not in said


def test_a_bound_is_on_what_the_model_was_asked(zoo, recordings):
    recipe = dataclasses.replace(VAE, conditional=True)
    run = fabricate(recordings["runs"] / recipe.id, recipe)
    Shelves(recordings["runs"]).put(HERE, recipe.id)
    run.write_json("metrics.json", METRICS | {"iw_bound": -20.0})
    whole = words(opened(run.id))
    assert "Bound on log p(x|y)" in whole
    assert "Bound on log p(x)," not in whole


@pytest.mark.parametrize(("information", "said"), [(3.1, {"3.10", "0.12"}), (5.2, {"≥ 5.20", "≤ 0.12"})])
def test_near_the_log_of_the_images_information_and_mismatch_are_bounds(information, said):
    figures = {"test_images": 400.0, "mutual_information": information, "mismatch": 0.12}
    assert {comparison.cell(figures, name, "{:.2f}") for name in ("mutual_information", "mismatch")} == said
    assert all(one in measures.table(figures, {}) for one in said)


def test_a_run_that_was_not_measured_says_so(engine, recordings):
    said = words(opened(recordings["deep"]))
    assert "not been measured" in said
    assert "last frame" in said


def test_a_run_comes_back_under_an_id_of_its_own_and_is_marked(zoo, recordings):
    body = bundle.pack(Recording(ZOO_FOLDER / "digits-vae"))
    app = upload(open_page("models"), body)
    assert not app.exception
    assert not app.error
    new = {path.name for path in recordings["runs"].glob("[!.]*")} - {recordings["deep"], recordings["flat"]}
    assert len(new) == 1
    run_id = new.pop()
    assert run_id.startswith("u-")
    assert run_id in shown(app)
    said = words(app)
    assert "(uploaded)" in said.replace("\\", "")
    assert "not measured here" in said  # its details are open
    assert not (recordings["runs"] / ZOO["digits-vae"].id).exists()
    app.button(key="open_explore").click().run()
    assert app.session_state["runs"] == ["p-digits-ae", "p-digits-vae", run_id]
    assert not app.exception


@pytest.mark.parametrize("body", [b"", b"hello", b"PK\x03\x04nonsense"])
def test_what_is_no_run_is_answered_plainly_and_leaves_nothing(engine, recordings, body):
    before = sorted(recordings["runs"].iterdir())
    app = upload(open_page("models"), body)
    assert not app.exception
    assert len(app.error) == 1
    assert sorted(recordings["runs"].iterdir()) == before
    assert not app.run().error  # it is said once


def test_an_upload_is_refused_by_its_size_before_it_is_read(monkeypatch):
    import streamlit as st

    from ui import actions

    class Large:
        size = bundle.LIMITS.upload + 1

        def getvalue(self):
            raise AssertionError("it was read")

    monkeypatch.setattr(st, "session_state", {})
    actions.adopt(Large())
    assert "at most 50 MB" in actions.notice()


def test_a_run_with_broken_frames_or_measures_is_named_and_the_rest_goes_on(engine, recordings):
    (recordings["runs"] / recordings["deep"] / "frames" / "00003.bin").write_bytes(b"\x08\0\0\0broken!!")
    (recordings["runs"] / recordings["flat"] / "metrics.json").write_text("{")
    app = open_page("models")
    assert not app.exception
    assert "cannot be read" in messages(app)
    assert recordings["deep"] not in shown(app)


@pytest.mark.parametrize("figures, said", [({"elbo": 3.21}, "−ELBO −3.2 nats"), ({"distortion": -3.21}, "Distortion −3.2 nats")])
def test_a_card_s_figure_below_zero_has_a_minus_sign(monkeypatch, figures, said):
    monkeypatch.setattr(comparison, "measured", lambda run: figures)
    assert gallery.headline(None).startswith(said)


def test_strange_figures_never_reach_the_table():
    table = measures.table({"elbo": [1], "rate": None, "distortion": 2.0}, text.sections("models"))
    assert table.count("\n") == 2
    assert measures.basis({"test_images": [3], "iw_samples": "x"}) == ""


@pytest.mark.parametrize("recipe", [VAE, AE, dataclasses.replace(VAE, latent_dim=8), dataclasses.replace(AE, latent_dim=1)])
def test_portraits_show_codes_in_class_colours_and_samples(tmp_path, recipe):
    recording = fabricate(tmp_path / "run", recipe)
    picture = thumbnails.portrait(recording.frame(-1), recording.probe)
    assert picture.shape == (thumbnails.SIDE, thumbnails.WIDTH, 4)
    dots = picture[:, : thumbnails.SIDE]
    assert len({tuple(pixel) for pixel in dots[dots[..., 3] > 0]}) == 10
    tiles = thumbnails.tiles(recording.frame(-1).samples, (8, 8), 3, 70)
    assert np.array_equal(np.unique(tiles[..., :3]), np.unique([*np.unique(recording.frame(-1).samples), 0]))


def test_the_page_leaves_torch_and_pandas_out():
    code = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("ui/shell.py", default_timeout=30).run().switch_page("../pages/models.py").run()
assert not app.exception
app.button(key="details_p-digits-vae").click().run()
assert not app.exception
assert not {"torch", "pandas"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(("size", "filled"), [(784, True), (64, False)])
def test_originals_that_stayed_behind_are_put_back_if_they_are_here_and_fit(monkeypatch, tmp_path, size, filled):
    from ui import recordings

    recording = Recording(ZOO_FOLDER / "mnist-ae")
    count = len(recording.probe.labels)
    originals = np.ones((count, size), np.uint8)
    source = dataclasses.replace(recordings.entry("mnist"), originals=lambda root, n: originals[:n])
    monkeypatch.setattr(recordings, "entry", lambda name: source)
    images = type(recording.probe).unpack(recordings._probe(recording)).images
    assert images.shape == ((count, 784) if filled else (0, 784))


def test_a_setting_is_told_as_people_say_it():
    values = {"seed": 2**31 - 1, "lr": 2e-3, "hidden": [64, 32], "conditional": False, "posterior": "dirac", "without": -1, "data": "mnist"}
    told = [widgets.told(name, value) for name, value in values.items()]
    assert told == ["2147483647", "0.002", "64, 32", "no", "A point", "none", "MNIST"]
