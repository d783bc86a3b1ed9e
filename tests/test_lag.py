"""A browser that has not heard of a change sends what it still shows: nothing is set back by it, and what a person changes counts."""

from types import SimpleNamespace

from test_pages import choose, open_page

from ui import lag


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
    monkeypatch.setattr(lag, "LAG", 0.0)
    app.run()
    assert app.number_input(key="recipe_beta").value == 1.0


def test_where_only_a_part_of_the_page_is_drawn_a_person_may_go_back_too(monkeypatch):
    address = {}
    browser = SimpleNamespace(session_state={"beta": 1.0}, query_params=SimpleNamespace(to_dict=lambda: dict(address)))
    monkeypatch.setattr(lag, "st", browser)
    lag.tell({"beta": 4.0})
    lag.mend()  # a message from before
    address["beta"] = "4"
    lag.mend()  # now it has heard
    address.clear()
    browser.session_state["beta"] = 1.0
    lag.mend()
    assert browser.session_state["beta"] == 1.0
