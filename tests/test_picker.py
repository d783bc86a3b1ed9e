"""Choosing a model: every preset, what its settings mean, and the diagram."""

import re
from html import escape

import pytest
from test_pages import choose, messages, open_page, unfolded

from ui import diagram, picker, state, variants
from vae_core.composition import plain, preset_of, terms
from vae_core.recipes import RECIPES, Recipe

GROUP_OF = {name: group for group, names in variants.GROUPS.items() for name in names}


def group(app, name):
    """The presets of a group; the key of the widget changes."""
    return next(radio for radio in app.radio if radio.label == name)


def test_every_preset_is_in_one_group_and_every_group_on_the_page():
    assert sorted(name for names in variants.GROUPS.values() for name in names) == sorted([variants.PAIR, *RECIPES])
    assert sorted(group for column in picker.COLUMNS for group in column) == sorted(variants.GROUPS)


@pytest.mark.parametrize("name", RECIPES)
def test_a_preset_is_chosen_trained_and_found_again_from_the_address(engine, name):
    app = choose(open_page("train"), name)
    assert not app.exception
    assert not app.error
    assert any(f"**{name}.** {variants.text(name)}" == one.value for one in app.markdown)
    for title in variants.GROUPS:
        assert group(app, title).value == (name if GROUP_OF[name] == title else None)
    app.button(key="train").click().run()
    assert engine.started == [RECIPES[name]]
    address = {key: value for key, value in app.query_params.items() if key != "runs"}
    again = open_page("train", **{key: value[0] if isinstance(value, list) else value for key, value in address.items()})
    assert not again.exception
    assert not again.warning
    assert group(unfolded(again), GROUP_OF[name]).value == name
    again.button(key="train").click().run()
    assert engine.started[-1] == RECIPES[name]


def test_one_choice_leaves_nothing_of_another_behind(engine):
    app = open_page("train")
    for name in ("Flow prior", "VQ-VAE", "Semi-supervised VAE", "WAE", "Capacity", "Bayesian decoder"):
        app = choose(app, name)
    app = choose(app, variants.PAIR)
    app.number_input(key="recipe_epochs").set_value(200).run()
    app.button(key="train").click().run()
    assert engine.started == [RECIPES["AE"], RECIPES["VAE"]]


@pytest.mark.parametrize("name", ["Flow prior", "VQ-VAE", "Denoising AE"])
def test_a_variant_is_trained_beside_the_plain_vae_of_equal_seed(engine, name):
    app = choose(open_page("train", seed="3", latent_dim="3"), name)
    app.toggle(key=state.BESIDE_KEY).set_value(True).run()
    assert app.query_params["beside"] in ("true", ["true"])
    app.button(key="train").click().run()
    vae, other = engine.started
    assert vae == Recipe(seed=3, latent_dim=3)
    assert preset_of(other) == name
    assert plain(other) == vae


def test_a_senseless_combination_gets_its_plain_sentence(engine):
    app = choose(open_page("train"), "VampPrior")
    app.segmented_control(key="models").set_value("ae").run()
    assert not app.exception
    assert "A learned prior learns from the rate" in messages(app)
    assert app.button(key="train").disabled
    assert not app.selectbox(key="recipe_prior").disabled
    app.selectbox(key="recipe_prior").set_value("fitted-gmm").run()
    assert not app.button(key="train").disabled


def test_every_setting_has_a_control_and_those_that_matter_are_enabled(engine):
    for name, recipe in RECIPES.items():
        app = choose(open_page("train"), name)
        controls = [*app.number_input, *app.selectbox, *app.text_input, *app.checkbox]
        disabled = {one.key.removeprefix("recipe_"): one.disabled for one in controls if one.key and one.key.startswith("recipe_")}
        assert set(disabled) == set(state.FIELDS)
        used = {field for field, value in recipe.to_dict().items() if value != getattr(Recipe(), field)} & set(disabled)
        rate = {"beta"} if recipe.posterior == "dirac" else set()
        assert not [field for field in used - rate - {"hidden"} if disabled[field]], name
        assert disabled["codebook"] == (recipe.posterior != "codes")
        assert disabled["tc"] == (recipe.posterior != "gaussian")
        assert disabled["kernel"] == (recipe.mmd == 0)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"models": "vae", "beta": "4"}, "**β-VAE.** The rate costs four times as much."),
        ({"models": "vae", "beta": "8"}, "**β-VAE (β = 8).** The preset *β-VAE*, with values of your own."),
        ({"beta": "8"}, "**AE + β-VAE (β = 8).** The preset *β-VAE*, with values of your own."),
        ({"beta": "4"}, "**AE + β-VAE (β = 4).** The rate costs four times as much."),
        (
            {"models": "vae", "beta": "8", "prior": "flow"},
            "**β-VAE (β = 8), flow prior.** A mix of your own: no preset composes these parts.",
        ),
    ],
)
def test_other_values_of_a_preset_are_told_from_a_mix_of_ones_own(engine, address, said):
    assert said in [one.value.replace("\\", "") for one in open_page("train", **address).markdown]


def test_what_to_try_next_can_be_done_with_the_model_that_is_chosen(engine):
    def asked(name):
        return next(one.value for one in choose(open_page("train"), name).info if "Try next" in one.value)

    assert all("set β to 10" in asked(name) for name in (variants.PAIR, "VAE", "Flow posterior"))
    assert all("plain VAE" in asked(name) and "β" not in asked(name) for name in ("VQ-VAE", "Masked AE"))


@pytest.mark.parametrize("name", [variants.PAIR, "AE", "VQ-VAE", "Semi-supervised VAE"])
def test_a_setting_that_is_switched_off_says_why_and_numbers_that_stand_for_none_say_so(engine, name):
    app = choose(open_page("train"), name)
    controls = [one for one in [*app.number_input, *app.selectbox, *app.checkbox] if (one.key or "").startswith("recipe_")]
    assert {one.disabled for one in controls} == {True, False}
    assert not [one.key for one in controls if one.disabled != ("**Off here.** " in one.help)]
    assert app.number_input(key="recipe_train_size").label == "Training images (0: all)"
    assert app.number_input(key="recipe_without").label == "Left out (−1: none)"


def test_a_setting_changed_by_hand_keeps_the_name_of_its_kind(engine):
    app = choose(open_page("train"), "β-VAE")
    app.number_input(key="recipe_beta").set_value(6.0).run()
    assert group(app, "Penalties").value == "β-VAE"
    app.number_input(key="recipe_noise").set_value(0.2).run()
    assert group(app, "Penalties").value is None
    assert not app.exception


def test_a_preset_keeps_the_likelihood_of_points(engine):
    app = open_page("train")
    app.selectbox(key="recipe_data").set_value("cities").run()
    app = choose(app, "Flow prior")
    assert app.session_state["recipe_likelihood"] == "gaussian"
    assert not app.button(key="train").disabled


@pytest.mark.parametrize("name", RECIPES)
def test_the_diagram_shows_the_parts_and_terms_of_the_recipe(name):
    recipe = RECIPES[name]
    drawn = diagram.html(recipe)
    assert drawn.count('class="part"') == 3
    for words, _ in diagram.loss(recipe):
        assert escape(words) in drawn
    assert diagram.words(recipe).startswith(recipe.kind)
    assert 'role="img"' in drawn
    assert ("KL" in re.sub("KL of the weights", "", diagram.words(recipe))) == (
        recipe.posterior in ("gaussian", "flow") and recipe.beta > 0
    )


def test_an_ae_that_is_asked_for_no_prior_has_none():
    none = "prior p(z): none; sampled from N(0, I)"
    assert [name for name, recipe in RECIPES.items() if none in diagram.words(recipe)] == [
        "AE",
        "Denoising AE",
        "Masked AE",
        "Contractive AE",
    ]


def test_diagrams_differ_where_recipes_do():
    assert len({diagram.html(recipe) for recipe in RECIPES.values()}) == len(RECIPES)


@pytest.mark.parametrize("name", RECIPES)
def test_the_terms_are_those_that_are_minimised(name):
    from vae_core.build import objective
    from vae_core.semisupervised import SemiSupervised

    built = objective(RECIPES[name], (8, 8))
    labels = {}
    if isinstance(built, SemiSupervised):
        built, labels = built.inner, {"labels": 1.0, "classification": built.alpha}
    end = labels | {term: weight(float("inf")) for term, (weight, _) in built.penalties.items()}
    told = {term.name: RECIPES[name].beta if term.weight is None else term.weight for term in terms(RECIPES[name])[1:]}
    assert told == end
