"""A browser that has not heard of a change sends what it still shows: nothing is set back by it, and what a person changes counts."""

import time
from types import SimpleNamespace

from test_pages import choose, open_page

from ui import lag, state


def as_shown_before(app):
    """The browser's next message, with the address and the values from before the last script run."""
    app.query_params.clear()
    app.number_input(key="recipe_beta").set_value(1.0)
    return app


def test_train_pressed_before_the_preset_is_drawn_trains_the_preset(engine):
    app = choose(open_page("train"), "β-VAE")
    assert app.number_input(key="recipe_beta").value == 4.0
    as_shown_before(app).button(key="train").click().run()
    assert [recipe.beta for recipe in engine.started] == [4.0]
    assert app.number_input(key="recipe_beta").value == 4.0


def test_stop_pressed_before_the_chips_of_new_runs_are_drawn_stops_these_runs(engine):
    app = open_page("train", models="vae", epochs="9")
    app.button(key="train").click().run()
    app.query_params.clear()
    app.query_params.update({"models": "vae", "epochs": "9"})
    app.multiselect(key="runs").set_value(list(state.DEFAULT_RUNS))
    app.button(key="stop").click().run()
    assert not app.exception
    assert engine.stopped == [engine.started[0].id]


def test_what_a_person_changes_before_the_preset_is_drawn_counts(engine):
    app = as_shown_before(choose(open_page("train"), "β-VAE"))
    app.number_input(key="recipe_beta").set_value(6.0).run()
    assert app.number_input(key="recipe_beta").value == 6.0


def test_once_the_browser_has_heard_a_person_may_go_back(engine):
    app = choose(open_page("train"), "β-VAE")
    app.number_input(key="recipe_beta").set_value(1.0).run()
    assert app.number_input(key="recipe_beta").value == 1.0
    app.segmented_control(key="models").set_value("pair").run()
    assert not dict(app.query_params)  # as before the preset
    assert app.run().number_input(key="recipe_beta").value == 1.0
    assert app.session_state["models"] == "pair"


def test_a_browser_that_never_shows_an_address_is_believed_after_a_while(engine, monkeypatch):
    app = as_shown_before(choose(open_page("train"), "β-VAE"))
    monkeypatch.setattr(lag, "PATIENCE", 0.0)
    app.run()
    assert app.number_input(key="recipe_beta").value == 1.0


def test_a_busy_machine_may_take_long_to_tell_a_browser(engine, monkeypatch):
    app = choose(open_page("train"), "β-VAE")
    now = time.monotonic()
    monkeypatch.setattr(lag, "time", SimpleNamespace(monotonic=lambda: now + 30))
    assert as_shown_before(app).run().number_input(key="recipe_beta").value == 4.0
    assert as_shown_before(app).run().number_input(key="recipe_beta").value == 4.0


class Browser:
    """A session, and the address that its browser shows."""

    def __init__(self, monkeypatch, **controls):
        self.session_state, self.address, self.query_params = controls, {}, self
        monkeypatch.setattr(lag, "st", self)

    def to_dict(self):
        return dict(self.address)

    def from_dict(self, address):
        """The lab writes an address. What the browser says next, it says before it shows that one."""

    def says(self, address, **controls):
        self.address = address
        self.session_state.update(controls)
        lag.mend()


def test_where_only_a_part_of_the_page_is_drawn_a_person_may_go_back_too(monkeypatch):
    browser = Browser(monkeypatch, beta=1.0)
    lag.tell({"beta": 4.0})
    browser.says({}, beta=1.0)
    assert browser.session_state["beta"] == 4.0
    lag.write_address({"beta": "4"})
    browser.says({}, beta=1.0)
    assert browser.session_state["beta"] == 4.0
    browser.says({"beta": "4"})  # now it has heard
    browser.says({}, beta=1.0)
    assert browser.session_state["beta"] == 1.0


def test_a_browser_hears_of_one_change_after_the_other(monkeypatch):
    browser = Browser(monkeypatch, beta=1.0, epochs=200)
    lag.tell({"beta": 4.0})
    lag.write_address({"beta": "4"})
    lag.tell({"epochs": 50})
    lag.write_address({"beta": "4", "epochs": "50"})
    browser.says({"beta": "4"}, epochs=200)
    assert browser.session_state["epochs"] == 50
    assert lag.lags({"beta": "4"})
    assert not lag.lags({})  # it shows something newer, so this is a place that it goes to
    browser.says({"beta": "4", "epochs": "50"}, epochs=200)
    assert browser.session_state["epochs"] == 200


def test_a_change_that_leaves_the_address_as_it_is_ends_with_the_next_writing(monkeypatch):
    browser = Browser(monkeypatch, beta=None)
    lag.tell({"beta": 1.0})
    browser.says({}, beta=None)
    assert browser.session_state["beta"] == 1.0
    lag.write_address({})
    browser.says({}, beta=None)
    assert browser.session_state["beta"] is None


def test_who_goes_back_means_the_older_address(monkeypatch):
    Browser(monkeypatch)
    lag.write_address({"beta": "4"})
    assert lag.lags({})
    monkeypatch.setattr(lag, "get_script_run_ctx", lambda **_: SimpleNamespace(is_history_navigation=True))
    assert not lag.lags({})
