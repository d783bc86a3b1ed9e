"""The address and the session."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from ui import lag, state
from vae_core.recipes import SETTINGS

pytestmark = pytest.mark.usefixtures("engine")


def script():
    import streamlit as st

    from ui import state

    for problem in state.restore("here"):
        st.warning(problem)
    st.number_input("beta", step=0.5, key="recipe_beta")
    st.text(repr(state.recipes()))


def visit(**address):
    app = AppTest.from_function(script)
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def test_every_setting_but_the_kind_of_encoder_has_a_field():
    assert set(state.FIELDS) == set(SETTINGS) - {"posterior"}


GOOD = {
    "data": ("mnist", "mnist"),
    "train_size": ("500", 500),
    "subset": ("2", 2),
    "likelihood": ("gaussian", "gaussian"),
    "sigma": ("0.5", 0.5),
    "binarize": ("threshold", "threshold"),
    "prior": ("mixture", "mixture"),
    "components": ("7", 7),
    "cycles": ("3", 3),
    "capacity": ("5", 5.0),
    "mmd": ("10", 10.0),
    "kernel": ("rbf", "rbf"),
    "tc": ("2", 2.0),
    "contractive": ("0.5", 0.5),
    "mask": ("0.5", 0.5),
    "mask_shape": ("square", "square"),
    "codebook": ("64", 64),
    "slots": ("4", 4),
    "commitment": ("1", 1.0),
    "weights": ("gaussian", "gaussian"),
    "conditional": ("true", True),
    "labels": ("50", 50),
    "without": ("3", 3),
    "strays": ("0.05", 0.05),
    "latent_dim": ("3", 3),
    "net": ("conv", "conv"),
    "hidden": ("32-16", "32, 16"),
    "beta": ("2.5", 2.5),
    "warmup": ("3", 3.0),
    "free_bits": ("0.25", 0.25),
    "noise": ("0.1", 0.1),
    "lr": ("0.000123456", 0.000123456),
    "lr_course": ("trapezoid", "trapezoid"),
    "batch_size": ("8", 8),
    "epochs": ("9", 9),
    "seed": ("12", 12),
}


def test_the_table_of_good_values_is_complete():
    assert set(GOOD) == set(state.FIELDS)


@pytest.mark.parametrize("name", GOOD)
def test_a_value_goes_from_the_address_to_the_session_and_back(name):
    written, expected = GOOD[name]
    app = visit(**{name: written})
    assert not app.exception
    assert not app.warning
    assert app.session_state[f"recipe_{name}"] == expected
    again = visit(**{name: app.query_params[name]})
    assert again.session_state[f"recipe_{name}"] == expected


BAD = {
    "beta": ["nan", "inf", ""],
    "lr": ["100"],
    "latent_dim": ["0", "2.5"],
    "epochs": ["1e400"],
    "seed": ["-1"],
    "hidden": ["64-x", "1-2-3-4-5"],
    "data": ["imagenet"],
    "likelihood": ["<b>"],
    "posterior": ["dirac"],
    "runs": ["p-none"],
    "models": [""],
    "parent": ["p-digits-ae"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_malformed_or_unknown_value_gives_one_message_and_the_default(name, value):
    app = visit(**{name: value})
    assert not app.exception
    assert len(app.warning) == 1
    assert name not in app.query_params
    if name in state.FIELDS:
        assert app.session_state[f"recipe_{name}"] == state.FIELDS[name].to_widget(state.FIELDS[name].default)


def test_good_values_beside_a_bad_one_are_kept(recordings):
    app = visit(beta="3", lr="fast", runs=f"{recordings['deep']},ffffffffffffffff")
    assert len(app.warning) == 2
    assert app.session_state["recipe_beta"] == 3.0
    assert app.session_state["runs"] == [recordings["deep"]]


def test_an_address_that_lags_behind_a_widget_does_not_win():
    app = visit(beta="2")
    app.number_input(key="recipe_beta").set_value(5.0)
    app.query_params["beta"] = "2"  # what the browser still shows
    app.run()
    assert app.session_state["recipe_beta"] == 5.0
    assert app.query_params["beta"] == "5.0"


def test_an_address_that_the_browser_still_shows_when_a_button_is_pressed_does_not_win():
    app = visit(beta="2.0")
    app.number_input(key="recipe_beta").set_value(5.0).run()
    app.query_params["beta"] = "2.0"
    app.run()
    assert app.session_state["recipe_beta"] == 5.0
    assert app.query_params["beta"] == "5.0"


def test_an_address_that_comes_back_later_wins(monkeypatch):
    monkeypatch.setattr(lag, "PATIENCE", 0.0)
    app = visit(beta="2")
    app.number_input(key="recipe_beta").set_value(5.0).run()
    app.query_params["beta"] = "2"
    app.run()
    assert app.session_state["recipe_beta"] == 2.0


def test_an_address_that_changed_by_itself_wins():
    app = visit(beta="2")
    app.query_params["beta"] = "3"
    app.run()
    assert app.session_state["recipe_beta"] == 3.0


@pytest.fixture
def went_back(monkeypatch):
    """The browser's messages come of its Back button."""
    monkeypatch.setattr(lag, "get_script_run_ctx", lambda **_: SimpleNamespace(is_history_navigation=True))


def shows(app, **address):
    """A script run for a browser that shows this address."""
    app.query_params.clear()
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def test_back_to_an_address_of_this_session_brings_back_defaults_too(went_back):
    app = visit(beta="4.0")
    app.session_state["recipe_epochs"] = 20
    assert dict(app.run().query_params) == {"beta": "4.0", "epochs": "20"}
    assert shows(app, beta="4.0").session_state["recipe_epochs"] == state.FIELDS["epochs"].default
    assert dict(app.query_params) == {"beta": "4.0"}
    assert shows(app, beta="4.0", epochs="20").session_state["recipe_epochs"] == 20  # forward


def test_back_to_a_link_that_somebody_made_leaves_the_other_settings(went_back):
    app = visit(epochs="20")
    assert shows(app, beta="4.0").session_state["recipe_epochs"] == 20


def test_of_the_addresses_of_a_session_the_last_are_known(monkeypatch):
    monkeypatch.setattr(state, "MAX_ADDRESSES", 3)
    app = visit()
    for epochs in range(5):
        app.session_state["recipe_epochs"] = epochs + 1
        app.run()
    assert [one["epochs"] for one in app.session_state["_addresses"]] == ["3", "4", "5"]


def test_defaults_leave_the_address_empty():
    assert not dict(visit().query_params)


def test_a_message_stays_until_something_is_changed():
    app = visit(lr="fast").run()
    assert len(app.warning) == 1
    app.number_input(key="recipe_beta").set_value(5.0).run()
    assert not app.warning


def test_what_streamlit_forgets_with_a_page_is_recalled(recordings):
    app = visit(epochs="9", runs=recordings["deep"])
    for key in ("recipe_epochs", "runs"):
        del app.session_state[key]
    app.session_state["_page"] = "elsewhere"
    app.query_params.clear()
    app.run()
    assert app.session_state["recipe_epochs"] == 9
    assert app.query_params["runs"] == recordings["deep"]
