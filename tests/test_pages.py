"""Every page, run whole, with good and bad input. The component's JavaScript does not run here; test_browser does that."""

import dataclasses
import itertools
import json
from pathlib import Path

import pytest
from conftest import fabricate
from fakes import FakeEngine
from reading import frames_of
from streamlit.testing.v1 import AppTest

from jobs.store import Store
from ui import cached, forking, live, picker, removed, runs, state, widgets
from vae_core.recipes import AE, VAE
from vae_core.recording import Status

ROOT = Path(__file__).parent.parent
PAGES = ("home", "data", "train", "compare", "explore", "losses", "models")


def open_page(name="home", **address):
    app = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=15)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    return app if name == "home" else app.switch_page(f"../pages/{name}.py").run()


def unfolded(app):
    """The page *Train live* with all open that it makes only when it is opened."""
    for key in (widgets.MORE_KEY, picker.OPEN_KEY, forking.OPEN_KEY):
        app.session_state[key] = True
    return app.run()


def choose(app, preset):
    """The page after one of the presets is chosen; the keys of their groups change."""
    group = next(radio for radio in unfolded(app).radio if preset in radio.options)
    return group.set_value(preset).run()


def messages(app):
    return " ".join(box.value for box in itertools.chain(app.error, app.warning, app.info))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_with_the_pretrained_pair(engine, name):
    app = open_page(name)
    assert not app.exception
    assert app.title[0].value
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize("name", ["home", "train", "explore"])
def test_a_page_runs_where_the_host_serves_no_routes(engine, monkeypatch, name):
    monkeypatch.setenv("LATENT_LAB_TRANSPORT", "inline")
    assert not open_page(name).exception


def test_where_the_host_serves_no_routes_a_board_is_sent_again_until_its_runs_are_over(engine, recordings, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_TRANSPORT", "inline")
    run_id = recordings["deep"]
    engine.store.alive.add(run_id)
    engine.store.get(run_id).write_status(Status("running", step=3, total_steps=9))
    app = open_page("explore", runs=run_id)
    every = []

    def fragment(part, run_every):
        """Stands for the last turn of a board, which finds that its run is over."""
        every.append(run_every)
        engine.store.get(run_id).write_status(Status("done", step=9, total_steps=9))
        return part

    monkeypatch.setattr(live.st, "fragment", fragment)
    assert not app.run().exception
    assert every == [0.5, None]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_on_an_empty_machine(tmp_path, monkeypatch, name):
    monkeypatch.setattr(cached, "get_engine", lambda: FakeEngine(Store(tmp_path / "none", tmp_path / "neither")))
    app = open_page(name)
    assert not app.exception
    assert "train a pair" in messages(app).lower() or name in ("train", "data")  # these show no run


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_with_many_dimensions_one_dimension_and_two_units(engine, recordings, name):
    app = open_page(name, runs=f"{recordings['deep']},{recordings['flat']},p-digits-ae")
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_address_is_answered_plainly_on_every_page(engine, name):
    app = open_page(name, beta="many", latent_dim="0", runs="../../etc,0123456789abcdef", models="gan", colour="red")
    assert not app.exception
    said = messages(app)
    for part in ("β", "Latent dimensions must be between 1 and 64", "no run", "Models must be", "colour"):
        assert part in said.replace("\\", ""), said
    assert app.session_state["recipe_latent_dim"] == 2


def test_words_from_the_address_are_not_markdown(engine):
    said = messages(open_page("home", data="![x](http://evil.example/x.png)"))
    assert "evil" in said
    assert "![" not in said
    assert "](" not in said


def test_latent_dimension_zero_disables_train_and_says_why(engine):
    app = open_page("train")
    app.number_input(key="recipe_latent_dim").set_value(0).run()
    assert not app.exception
    assert "Latent dimensions must be between 1 and 64, not 0" in messages(app).replace("\\", "")
    assert app.button(key="train").disabled
    app.number_input(key="recipe_latent_dim").set_value(3).run()
    assert not app.button(key="train").disabled


def test_learning_rate_one_hundred_disables_train_and_says_why(engine):
    app = unfolded(open_page("train"))
    app.number_input(key="recipe_lr").set_value(100.0).run()
    assert "Learning rate must be between" in messages(app)
    assert app.button(key="train").disabled
    assert not engine.started


def test_layer_widths_that_are_not_numbers_are_answered_plainly(engine):
    app = unfolded(open_page("train"))
    app.text_input(key="recipe_hidden").set_value("wide").run()
    assert not app.exception
    assert "Hidden widths" in messages(app)
    assert app.button(key="train").disabled


def test_train_starts_a_pair_that_shares_all_it_can_and_shows_it(engine):
    app = open_page("train")
    app.number_input(key="recipe_beta").set_value(4.0).run()
    app.button(key="train").click().run()
    assert not app.exception
    ae, vae = engine.started
    assert (ae.posterior, vae.posterior, vae.beta) == ("dirac", "gaussian", 4.0)
    assert (ae.seed, ae.hidden, ae.lr) == (vae.seed, vae.hidden, vae.lr)
    assert app.session_state["runs"] == [ae.id, vae.id]
    assert app.query_params["runs"] == f"{ae.id},{vae.id}"
    assert app.query_params["beta"] == "4.0"
    assert not app.button(key="stop").disabled
    app.button(key="stop").click().run()
    assert set(engine.stopped) == {ae.id, vae.id}


def test_what_the_engine_refuses_is_said_and_the_page_goes_on(engine):
    engine.refusal = "The folder for runs cannot be written."
    app = open_page("train")
    app.button(key="train").click().run()
    assert not app.exception
    assert "cannot be written" in messages(app)


def test_a_failed_engine_is_said_on_the_training_page(engine):
    engine.state, engine.message = "failed", "No free port."
    app = open_page("train")
    assert not app.exception
    assert "No free port" in messages(app).replace("\\", "")


def test_the_data_that_a_run_will_need_are_asked_for_before_it(engine):
    open_page("train", data="fashion-mnist")
    assert engine.expected == "fashion-mnist"


def test_a_preset_fills_in_the_settings(engine):
    app = choose(open_page("train"), "β-VAE")
    assert not app.exception
    assert app.session_state["recipe_beta"] == 4.0
    assert app.session_state["models"] == "vae"


def test_what_was_set_in_more_settings_holds_when_they_are_closed_and_on_other_pages(engine):
    app = unfolded(open_page("train"))
    app.number_input(key="recipe_lr").set_value(0.01).run()
    app.session_state[widgets.MORE_KEY] = False
    app.button(key="train").click().run()
    assert not app.exception
    assert [one.lr for one in engine.started] == [0.01, 0.01]
    assert not [one for one in app.number_input if one.key == "recipe_lr"]
    app.switch_page("../pages/losses.py").run()
    app.switch_page("../pages/train.py").run()
    assert unfolded(app).number_input(key="recipe_lr").value == 0.01


def test_a_control_that_reaches_the_browser_late_begins_with_the_sessions_value(engine):
    app = unfolded(open_page("train", beta="3", models="vae", data="cities", likelihood="gaussian", lr="0.01"))
    app.run()  # a second run no longer tells the values that the session set: only the defaults are sent
    told = {one.key: one.proto.default for one in app.number_input if one.key in {"recipe_beta", "recipe_lr"}}
    assert told == {"recipe_beta": 3.0, "recipe_lr": 0.01}
    assert not app.number_input(key="recipe_beta").proto.set_value
    data = app.selectbox(key="recipe_data")
    assert data.options[data.proto.default] == data.options[data.index]
    assert data.proto.default
    runs = app.multiselect(key="runs")
    assert [runs.options[index] for index in runs.proto.default] == [runs.format_func(one) for one in runs.value]
    assert len(runs.value) == 2


def test_two_quick_choices_of_models_the_second_holds(engine):
    app = open_page("train")
    app.segmented_control(key="models").set_value("ae").run()
    app.query_params.clear()  # the browser has not yet heard of the new address
    app.segmented_control(key="models").set_value("vae").run()
    assert app.session_state["models"] == "vae"


def test_choosing_mnist_sets_a_size_that_trains_in_a_minute(engine):
    app = open_page("train")
    app.selectbox(key="recipe_data").set_value("mnist").run()
    assert app.session_state["recipe_train_size"] == 10_000


def test_a_convolutional_network_begins_with_channels_that_suit_it(engine):
    app = unfolded(open_page("train"))
    app.selectbox(key="recipe_net").set_value("conv").run()
    assert app.session_state["recipe_hidden"] == "16, 32"
    assert not app.button(key="train").disabled
    app.selectbox(key="recipe_net").set_value("mlp").run()
    assert app.session_state["recipe_hidden"] == "128, 64"


def test_settings_and_runs_outlive_a_change_of_page(engine, recordings):
    app = open_page("train", runs=recordings["deep"])
    app.number_input(key="recipe_epochs").set_value(7).run()
    app.switch_page("../pages/losses.py").run()
    app.switch_page("../pages/train.py").run()
    assert app.number_input(key="recipe_epochs").value == 7
    assert app.session_state["runs"] == [recordings["deep"]]
    assert app.query_params["runs"] == recordings["deep"]


def test_corrupt_run_folders_are_named_and_skipped(engine, recordings):
    for name, files in {"a" * 16: {"recipe.json": "{"}, "b" * 16: {}, "not ours": {}}.items():
        (recordings["runs"] / name).mkdir()
        for file, body in files.items():
            (recordings["runs"] / name / file).write_text(body)
    app = open_page("train", runs="a" * 16)
    assert not app.exception
    said = messages(app)
    assert "a" * 16 in said
    assert "b" * 16 in said
    assert "not ours" in said


@pytest.mark.parametrize("name", ["train", "compare", "explore", "losses"])
@pytest.mark.parametrize("file", ["probe.bin", "frames/00003.bin"])
def test_a_run_with_a_broken_file_is_left_out(engine, recordings, name, file):
    (recordings["runs"] / recordings["deep"] / file).write_bytes(b"\x08\0\0\0broken!!")
    app = open_page(name, runs=f"{recordings['deep']},p-digits-vae")
    assert not app.exception
    assert "cannot be read" in messages(app)


def test_the_training_page_leads_to_the_own_runs(engine):
    app = open_page("train")
    assert any("Your runs (2)" in link.label for link in app.get("page_link"))


@pytest.mark.parametrize("name", ["compare", "losses", "models"])
def test_a_run_that_is_removed_while_a_page_is_drawn_is_told_plainly(engine, recordings, monkeypatch, name):
    app, load, frame = open_page(name, runs=recordings["deep"]), runs.load, cached.frame

    def removed_as_it_is_read(recording, index):
        if recording.id == recordings["deep"]:
            engine.store.delete(recording.id)
        return frame(recording, index)

    def load_whole(ids):
        monkeypatch.setattr(cached, "frame", frame)
        found = load(ids)
        monkeypatch.setattr(cached, "frame", removed_as_it_is_read)
        return found

    monkeypatch.setattr(runs, "load", load_whole)
    app.run()
    assert not app.exception
    assert removed.SAID in messages(app)
    app.run()
    assert removed.SAID not in messages(app)


def test_a_run_that_is_removed_while_a_part_of_a_page_is_drawn_is_told_plainly(engine, recordings, monkeypatch):
    app, history = open_page("train", runs=recordings["deep"]), cached.history

    def removed_as_it_is_read(recording):
        engine.store.delete(recording.id)
        return history(recording)

    monkeypatch.setattr(cached, "history", removed_as_it_is_read)
    unfolded(app)
    assert not app.exception
    assert removed.SAID in messages(app)
    app.run()
    assert removed.SAID not in messages(app)


def test_a_fork_takes_the_changes_and_the_kept_frame(engine, recordings):
    app = unfolded(open_page("train", runs=recordings["deep"]))
    app.number_input(key=f"fork_{recordings['deep']}_beta").set_value(9.0).run()
    app.button(key="fork").click().run()
    assert not app.exception
    run_id, frame, changes = engine.forks[0]
    assert (run_id, frame, changes["beta"]) == (recordings["deep"], 3, 9.0)


def test_a_fork_offers_no_weight_of_a_rate_that_is_not_there(engine, recordings):
    offered = {
        run_id: {one.key.rsplit("_", 1)[1] for one in unfolded(open_page("train", runs=run_id)).number_input if one.key.startswith("fork_")}
        for run_id in ("p-digits-ae", "p-digits-vae")
    }
    assert offered == {"p-digits-ae": {"lr", "noise", "epochs"}, "p-digits-vae": {"beta", "lr", "noise", "epochs"}}


def test_a_fork_says_that_it_begins_at_another_moment_than_the_one_on_the_screen(engine, recordings, monkeypatch):
    [run] = runs.load([recordings["deep"]])[0]
    kept, shown = run.recording.key_frames[0], {run.id: 0}
    monkeypatch.setattr(live, "on_screen", lambda board: {"frame": shown})
    start, there = forking.epoch_of(run, kept), forking.epoch_of(run, 0)
    assert start != there
    app = unfolded(open_page("train", runs=run.id))
    assert any(f"shows epoch {there}." in one.value and f"of epoch {start}." in one.value for one in app.caption)
    assert app.button(key="fork").label.endswith(f"from epoch {start}")
    shown[run.id] = kept
    assert not any("The screen shows" in one.value for one in app.run().caption)


def test_a_continued_run_is_named_so_and_the_page_says_from_where(engine, recordings):
    parent = engine.store.get(recordings["deep"]).recipe
    fork = dataclasses.replace(parent, lr=0.01, parent=recordings["deep"], parent_frame=3)
    fabricate(recordings["runs"] / fork.id, fork)
    titles = [run.title for run in runs.load([recordings["deep"], fork.id])[0]]
    assert titles == [parent.kind, f"{parent.kind}, continued"]
    app = open_page("train", runs=f"{recordings['deep']},{fork.id}")
    [said] = [one.value for one in app.caption if "continued:" in one.value]
    assert said.startswith(f"**{parent.kind}, continued:** Continued from {parent.kind} · Digits")
    assert "at epoch" in said
    assert f"{parent.kind}, continued · Digits" in app.multiselect(key="runs").options[-1]


def test_the_table_tells_measured_absent_and_not_yet_measured_apart(engine, recordings):
    app = open_page("compare", runs=f"{recordings['deep']},p-digits-ae,p-digits-vae")
    rows = [line for part in app.markdown for line in part.value.splitlines() if line.startswith("| **Mutual")]
    assert [cell.strip() for cell in rows[0].split("|")[2:5]] == ["not measured yet", "–", "3.10"]


def test_what_an_ae_and_a_vae_are_paid_for_is_told_of_the_two_together(engine, recordings):
    def told(*ids):
        return any(part.value.startswith("**Why?**") for part in open_page("compare", runs=",".join(ids)).markdown)

    contractive = dataclasses.replace(AE, contractive=1.0)
    fabricate(recordings["runs"] / contractive.id, contractive)
    assert told("p-digits-ae", "p-digits-vae")
    assert not told("p-digits-ae")
    assert not told(recordings["deep"], "p-digits-vae")
    assert not told(contractive.id, "p-digits-vae")


def test_as_many_runs_as_can_be_on_the_screen_are_compared(engine, recordings):
    ids = ["p-digits-ae", "p-digits-vae", recordings["deep"], recordings["flat"]]
    for beta in (2.0, 4.0):
        recipe = dataclasses.replace(VAE, beta=beta)
        fabricate(recordings["runs"] / recipe.id, recipe)
        ids.append(recipe.id)
    assert len(ids) == state.MAX_RUNS
    app = open_page("compare", runs=",".join(ids))
    assert not app.exception
    assert len(app.get("plotly_chart")) == len(ids)
    head = next(part.value.splitlines()[0] for part in app.markdown if part.value.startswith("| Measure"))
    assert len(head.split("|")) == 2 + 1 + len(ids)


def test_selected_images_are_shown_for_each_run_that_has_them(engine):
    app = open_page("compare")
    assert not app.get("image")
    app.session_state["selected_images"] = ("digits", [3, 5])
    app.run()
    assert not app.exception
    assert len(app.get("image")) == 3
    app.button(key="let_go").click().run()
    assert not app.get("image")


def test_a_class_is_selected_by_its_name(engine):
    app = open_page("compare")
    app.selectbox(key="selected_class").set_value(3).run()
    assert not app.exception
    assert app.session_state["selected_images"] == ("digits", [3, 13, 23, 33])
    assert len(app.get("image")) == 3
    app.button(key="let_go").click().run()
    assert app.selectbox(key="selected_class").value is None
    app.selectbox(key="selected_class").set_value(4).run()
    app.selectbox(key="selected_class").set_value(None).run()
    assert not app.get("image")


def of_other_data(folder):
    """A run on Fashion-MNIST; returns its id."""
    recipe = dataclasses.replace(VAE, data="fashion-mnist")
    fabricate(folder / recipe.id, recipe)
    return recipe.id


def test_a_class_of_one_data_set_is_not_named_for_another(engine, recordings):
    app = open_page("compare")
    app.selectbox(key="selected_class").set_value(3).run()
    app.multiselect(key="runs").set_value([of_other_data(recordings["runs"])]).run()
    assert not app.exception
    assert not app.get("image")
    assert app.selectbox(key="selected_class").value is None
    app.selectbox(key="selected_class").set_value(3).run()
    assert app.selectbox(key="selected_class").value == 3
    assert len(app.get("image")) == 2


def test_the_classes_of_each_data_set_stand_in_their_colours(engine, recordings):
    def legends(**address):
        return [line for part in open_page("compare", **address).markdown for line in part.value.splitlines() if ":color[●]" in line]

    assert len(legends()) == 1
    mixed = legends(runs=f"p-digits-vae,{of_other_data(recordings['runs'])},p-digits-ae")
    assert [line.split(":")[0] for line in mixed] == ["Digits", "Fashion\\-MNIST"]


def test_of_runs_that_show_different_numbers_of_images_those_of_all_are_shown(engine, recordings):
    fewer = engine.store.get(recordings["deep"])
    for index, frame in enumerate(frames_of(fewer)):
        fewer.write_bytes(f"frames/{index:05d}.bin", dataclasses.replace(frame, mu=frame.mu[:4], sigma=frame.sigma[:4]).pack())
    fewer.write_bytes("probe.bin", fewer.probe.first(4, 2).pack())
    app = open_page("compare", runs=f"p-digits-ae,{recordings['deep']}")
    app.session_state["selected_images"] = ("digits", [3, 5])
    app.run()
    assert not app.exception
    assert len(app.get("image")) == 3


def test_runs_of_different_units_never_share_an_axis(engine, recordings):
    app = open_page("losses", runs=f"{recordings['flat']},p-digits-ae,p-digits-vae")
    assert not app.exception
    assert "must not be compared" in messages(app)
    # Three terms, the plane and the KL of each dimension where there is a VAE; two terms where there are only AEs.
    assert len(app.get("plotly_chart")) == 5 + 2


def test_who_does_not_see_a_curve_is_told_where_it_ends(engine):
    said = [chart.proto.alt for chart in open_page("losses", runs="p-digits-ae,p-digits-vae").get("plotly_chart")]
    assert said[0] == "distortion over training, nats per image. Now, on test images: AE 28.00, VAE 28.00."
    assert said[1] == "rate over training, nats per image. Now, on test images: VAE 5.00."
    assert said[-1] == "Rate against distortion over training. Now, rate: VAE 5.00; distortion: AE 28.00, VAE 28.00."


def test_a_term_without_a_unit_is_told_to_three_digits(engine, recordings):
    run = engine.store.get(recordings["deep"])
    for index, frame in enumerate(frames_of(run)):
        small = dataclasses.replace(frame, train=frame.train | {"mmd": 0.0012}, test=frame.test | {"mmd": 0.0045678})
        run.write_bytes(f"frames/{index:05d}.bin", small.pack())
    mmd = next(chart.proto for chart in open_page("losses", runs=run.id).get("plotly_chart") if chart.proto.alt.startswith("mmd"))
    assert mmd.alt.endswith("on test images: VAE 0.00457.")
    assert {trace["hovertemplate"] for trace in json.loads(mmd.spec)["data"]} == {"%{y:.3g}"}


def test_what_an_ae_does_not_have_is_said_in_place_of_an_empty_chart(engine):
    app = open_page("losses", runs="p-digits-ae")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    assert any("it has none" in text.value for text in app.markdown)
    assert any("An AE has no rate" in text.value for text in app.caption)
