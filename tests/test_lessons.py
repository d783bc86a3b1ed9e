"""The course under AppTest: the gate, what follows from figures and what follows from other figures, the notebook."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import small_sets
from streamlit.testing.v1 import AppTest

from ui import notebook, notebook_page, one_image, site, text, webgl
from vae_core import claims

ROOT = Path(__file__).parent.parent
LESSONS = [place.name for place in site.COURSE]
EXPERIMENT = {name: name for name in LESSONS} | {"ask": "control", "blurry": "price", "stranger": "strangers"}


@pytest.fixture(scope="module")
def both_sets(tmp_path_factory):
    """A data folder with MNIST and Fashion-MNIST in small."""
    folder = tmp_path_factory.mktemp("data")
    small_sets.write(folder)
    return folder


@pytest.fixture(autouse=True)
def every_lesson_has_its_data(monkeypatch, both_sets):
    monkeypatch.setenv("LATENT_LAB_DATA", str(both_sets))


def open_lesson(name):
    return AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=20).switch_page(f"../pages/{name}.py").run()


def answer(app, name, option, field="prediction"):
    app.radio(key=f"{name}_{field}_choice").set_value(option).run()
    return app.button(key=f"{name}_{field}").click().run()


def options(name, field="prediction"):
    """The options of a page's question, as the page itself gives them."""
    source = (ROOT / "pages" / f"{name}.py").read_text()
    pattern = {"prediction": r"page\.predict\(\((.*?)\)\)", "transfer": r"page\.transfer\(\s*\((.*?)\)"}[field]
    return re.findall(r'"([a-z-]+)"', re.search(pattern, source, re.DOTALL)[1])


def said(app):
    return " ".join(one.value for one in app.markdown)


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_is_shown_or_run_before_a_prediction(bench, name):
    app = open_lesson(name)
    assert not app.exception
    assert app.title[0].value == text.sections(name)["title"]
    assert app.button(key=f"{name}_prediction").disabled
    assert not app.get("plotly_chart")
    assert not bench.followed
    before = [one.value for kind in (app.title, app.markdown, app.caption, app.info) for one in kind]
    before += [option for one in app.radio for option in one.options]
    assert 40 < len(" ".join(before).split()) < 250


@pytest.mark.parametrize("name", LESSONS)
def test_every_prediction_is_followed_by_what_the_runs_show(bench, name):
    for option in options(name):
        app = answer(open_lesson(name), name, option)
        assert not app.exception
        assert app.get("plotly_chart")
        note = app.session_state[notebook.NOTES][name]
        assert note["prediction"] == option
        common = text.sections("lesson")
        assert (common["as-said"] in said(app)) == (note["outcome"] == option)
        assert (common["otherwise"] in said(app)) == (note["outcome"] != option)


@pytest.mark.parametrize("name", LESSONS)
def test_every_answer_to_the_last_question_is_met(bench, name):
    app = answer(open_lesson(name), name, options(name)[0])
    for option in options(name, "transfer"):
        app = answer(app, name, option, "transfer")
        assert not app.exception
        assert app.session_state[notebook.NOTES][name]["transfer"] == option
        app.button(key=f"{name}_transfer_again").click().run()


@pytest.mark.parametrize(("name", "after"), [*pairwise([*LESSONS, "versus"])])
def test_a_lesson_ends_with_the_way_to_the_next_one(bench, name, after):
    last = answer(open_lesson(name), name, options(name)[0]).get("page_link")[-1]
    assert last.proto.page == after


def test_an_empty_notebook_has_the_way_to_the_first_lesson():
    assert [one.proto.page for one in open_lesson("notebook").get("page_link")] == [LESSONS[0]]


IN_SPACE = {"scattergl", "scatter3d", "mesh3d"}  # what Plotly draws with WebGL


@pytest.mark.parametrize("name", LESSONS)
def test_no_lesson_needs_webgl(bench, name):
    app = open_lesson(name)
    app.session_state[webgl.KIND] = "missing"
    app = answer(app.run(), name, options(name)[0])
    assert not app.exception
    drawn = [trace["type"] for chart in app.get("plotly_chart") for trace in json.loads(chart.proto.spec)["data"]]
    assert drawn
    assert not IN_SPACE & set(drawn)
    if name == "globe":
        assert text.sections(name)["no-globe"] in [one.value for one in app.info]


OTHERWISE = {
    "globe": [("near", {"anywhere_2": 300.0, "worst_2": 290.0}), ("middle", {"anywhere_2": 5000.0}), ("tear", {"anywhere_2": 15000.0})],
    "squeeze": [("ae", {"ae_32": 0.01}), ("pca", {"ae_32": 0.2})],
    "cloud": [("neither", {"vae_spread": 1e-9}), ("vae", {"vae_spread": 0.2}), ("both", {"ae_spread": 0.2})],
    "crowd": [("each", {"light_each": 0.99, "light_crowd": 1.0}), ("apart", {"light_crowd": 5.0}), ("crowd", {"light_crowd": 1.0})],
    "ladder": [
        ("nearer", {"flow_frechet": 0.01}),
        ("same", {"normal_frechet": 1.0, "mixture_frechet": 1.0, "flow_frechet": 1.0}),
        ("farther", {"normal_frechet": 0.001}),
    ],
    "denoise": [("worse", {"ae_30": 0.2}), ("even", {"dae_30": 0.07}), ("helps", {"dae_30": 0.001})],
    "elbo": [("picture", {}), ("both", {"rate_scatter": 0.3}), ("cloud", {"rate_scatter": 0.3, "scatter": 1e-9})],
    "mean": [
        ("same", {"bce_mean_rate": 2.0, "bce_sum_rate": 2.0}),
        ("grows", {"bce_mean_rate": 50.0}),
        ("unclear", {"bce_mean_rate": 0.5, "bce_sum_rate": 2.0}),
        ("falls", {"bce_mean_rate": 0.01}),
    ],
    "truth": [("up", {}), ("down", {"bound_300": -30.0}), ("still", {"bound_300": -25.5, "bound_1": -25.5})],
    "pixels": [
        ("dark", {"dark": 0.5}),
        ("bright", {"bright": 0.5}),
        ("grey", {"grey": 0.5}),
        ("unclear", {"grey": 0.12, "bright": 0.12}),
    ],
    "collapse": [
        ("together", {f"deep_{beta}_active": 8.0 for beta in (4, 8, 15)}),
        ("stay", {f"deep_{beta}_active": 8.0 for beta in (4, 8, 15, 20)}),
        ("mixed", {"deep_20_active": 3.0}),
        ("fade", {"deep_8_active": 4.0}),
    ],
    "generate": [
        ("vae", {"ae_mixture_frechet": 2.0}),
        ("fit", {"ae_mixture_frechet": 0.1}),
        ("ae", {"ae_normal_frechet": 0.1, "ae_mixture_frechet": 0.1}),
    ],
    "blurry": [
        ("image", {"one_mean_off": 2.0}),
        ("mean", {"one_mean_off": 0.1}),
        ("even", {"one_mean_off": 1.2, "one_nearest": 1.2}),
    ],
    "ask": [
        ("stays", {"kept": 0.95}),
        ("most", {"kept": 0.7}),
        ("few", {"kept": 0.1}),
        ("unclear", {"kept": 0.9}),
    ],
    "spare": [
        ("all", {"vae32_used": 31.0}),
        ("more", {"vae32_used": 15.0, "vae8_used": 4.0}),
        ("same", {"vae32_used": 4.0, "vae8_used": 4.0}),
        ("unclear", {"vae32_used": 8.0, "vae8_used": 4.0}),
    ],
    "odd": [
        ("ae", {"ae_mean": 0.999}),
        ("pca", {"pca_mean": 0.999}),
        ("near", {"near_mean": 0.999}),
        ("even", {"ae_mean": 0.99, "near_mean": 0.99}),
    ],
    "stranger": [
        ("alarm", {"bound_clothes": 0.97}),
        ("weak", {"bound_clothes": 0.7}),
        ("blind", {"bound_clothes": 0.3}),
        ("unclear", {"bound_clothes": 0.9}),
    ],
    "hole": [
        ("again", {"again_ae_middle": 0.1}),
        ("again", {"again_vae_middle": 0.1, "again_ae_middle": 0.11}),
        ("search", {"search_ae_middle": 0.1}),
        ("search", {"search_vae_middle": 0.1}),
        ("masked", {"masked_middle": 0.1}),
        ("near", {"near_middle": 0.1}),
        ("even", {"near_middle": 0.3, "masked_middle": 0.3}),
        ("even", {"near_middle": 0.3, "search_ae_middle": 0.3}),
    ],
    "bayes": [("empty", {}), ("codes", {"on": 0.2}), ("level", {"on": 0.07, "off": 0.072}), ("unclear", {"on": 0.057})],
    "doubt": [("wider", {"noise": 0.9}), ("narrower", {"noise": 0.1}), ("same", {"noise": 0.44})],
    "few": [(way, {way: 0.01}) for way in ("pixels", "code", "added", "m2")] + [("even", {"m2": 0.05, "pixels": 0.05})],
    "codes": [("prior", {"prior_frechet": 0.1}), ("even", {"even_frechet": 0.1}), ("same", {"even_frechet": 0.4, "prior_frechet": 0.4})],
    "nearby": [(way, {name: 0.9}) for way, name in (("ae", "ae2_between"), ("vae", "vae2_between"), ("fade", "fade_between"))]
    + [("even", {"ae2_between": 1.02, "vae2_between": 1.02})],
    "overfit": [("ae", {"ae50_test": 0.01}), ("vae", {"vae1000_test": 0.001}), ("turns", {"ae1000_test": 0.001})],
}


@pytest.mark.parametrize("name, outcome, changes", [(name, *case) for name, cases in OTHERWISE.items() for case in cases])
def test_other_runs_are_followed_by_another_sentence(bench, name, outcome, changes):
    bench.changes = {EXPERIMENT[name]: changes}
    app = answer(open_lesson(name), name, options(name)[0])
    assert not app.exception
    assert app.session_state[notebook.NOTES][name]["outcome"] == outcome
    assert text.bare(re.split(r"\[\[", text.sections(name)[f"found-{outcome}"])[0]) in text.bare(said(app))


def test_the_figures_in_a_sentence_are_those_of_the_runs(bench):
    bench.changes = {"squeeze": {"ae_32": 0.4321}}
    app = answer(open_lesson("squeeze"), "squeeze", "ae")
    assert re.search("43\\.\\d\\d\u00a0±\u00a00\\.0\\d\u00a0%", said(app))


@pytest.mark.parametrize("ae, section", [(0.001, "little-less"), (0.05, "little-more")])
def test_what_is_said_of_little_noise_follows_from_the_runs(bench, ae, section):
    bench.changes = {"denoise": {"ae_10": ae}}
    app = answer(open_lesson("denoise"), "denoise", "helps")
    assert text.bare(re.split(r"\[\[", text.sections("denoise")[section])[0]) in text.bare(said(app))


@pytest.mark.parametrize(
    "outcome, changes", [("sharper", {"low_sharp": 0.9}), ("softer", {"low_sharp": 0.1}), ("same", {"low_sharp": 0.5, "one_sharp": 0.5})]
)
def test_what_is_said_of_a_cheaper_kl_follows_from_the_runs(bench, outcome, changes):
    bench.changes = {"price": changes}
    app = answer(answer(open_lesson("blurry"), "blurry", "mean"), "blurry", outcome, "transfer")
    assert not app.exception
    assert text.bare(re.split(r"\[\[", text.sections("blurry")[f"found-{outcome}"])[0]) in text.bare(said(app))


def test_a_page_s_chart_holds_no_answer_to_its_last_question(bench):
    app = answer(open_lesson("blurry"), "blurry", "mean")
    assert len(app.get("plotly_chart")) == 1
    assert f"{100 * bench.known('price', 0).figures.numbers['low_sharp']:.1f}" not in said(app)
    assert len(answer(app, "blurry", "same", "transfer").get("plotly_chart")) == 2


@pytest.mark.parametrize("dae, section", [(0.05, "practice-less"), (0.1, "practice-more")])
def test_what_is_said_of_practice_with_noise_follows_from_the_runs(bench, dae, section):
    bench.changes = {"denoise": {"dae_holes": dae}}
    app = answer(answer(open_lesson("denoise"), "denoise", "helps"), "denoise", "holes", "transfer")
    assert text.bare(text.sections("denoise")[section]) in text.bare(said(app))


def test_doing_nothing_is_off_by_what_was_measured_not_by_the_noise(bench):
    bench.changes = {"denoise": {"nothing_30": 0.04}}
    app = answer(open_lesson("denoise"), "denoise", "helps")
    assert "doing nothing is off by less than the noise: 0.200" in said(app)


LIES_BETWEEN = {
    "found-rises": {},
    "found-falls": {"ae8_between": 0.9},
    "found-same": {"ae8_between": 1.02, "ae2_between": 1.02},
    "garbage-less": {},
    "garbage-more": {"ae2_between": 1.5, "vae2_between": 2.0, "fade_between": 2.0},
    "garbage-open": {"ae2_between": 1.25},
    "third-more": {},
    "third-less": {"fade_third": 0.9},
    "third-open": {"ae2_third": 0.3, "fade_third": 0.3},
    "crowded-less": {},
    "crowded-more": {"ae2_empty": 4.0},
    "crowded-open": {"ae2_empty": 1.5},
    "ends-less": {},
    "ends-more": {"ae2_near_0": 2.0},
    "ends-open": {"ae2_near_0": 0.9, "vae2_near_0": 0.9},
    "rise-less": {"vae2_near_4": 2.0},
    "rise-more": {"ae2_near_4": 2.0, "vae8_near_4": 3.0},
    "rise-open": {"vae8_near_4": 3.0},
    "trap-less": {},
    "trap-more": {"mean_near": 1.5},
    "trap-open": {"mean_near": 1.0},
    "room-more": {},
    "room-less": {"ae8_empty": 0.5},
    "room-open": {"ae8_empty": 1.2, "ae2_empty": 1.2},
    "turn-more": {},
    "turn-less": {"vae8_between": 2.0},
    "turn-open": {"ae8_between": 1.1, "vae8_between": 1.1},
}


@pytest.mark.parametrize("section", LIES_BETWEEN)
def test_what_is_said_of_the_way_follows_from_the_runs(bench, section):
    bench.changes = {"nearby": LIES_BETWEEN[section]}
    app = answer(answer(open_lesson("nearby"), "nearby", "ae"), "nearby", "rises", "transfer")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", text.sections("nearby")[section]):
        assert text.bare(part) in text.bare(said(app))


def test_the_three_numbers_are_weighed_one_by_one(bench):
    def row():
        whole = said(answer(open_lesson("nearby"), "nearby", "ae"))
        return re.search(r"against cross-fade \| (.*?) \| (.*?) \| (.*?) \|", whole).groups()

    bench.changes = {"nearby": {"fade_near_4": 9.0, "fade_sure_4": 0.99, "fade_sharp_4": 0.5, "ae2_sharp_4": 0.5}}
    assert row() == ("**better**", "worse", "no telling")
    bench.changes = {"nearby": {"fade_near_4": 0.1, "fade_sure_4": 0.1, "fade_sharp_4": 0.9}}
    assert row() == ("worse", "**better**", "worse")


def test_one_goes_from_digit_to_digit(bench):
    app = answer(open_lesson("nearby"), "nearby", "ae")
    app.select_slider(key="nearby_place").set_value(0).run()
    assert not app.exception
    assert "AE, 2 numbers: distance 1.10, read as 3 (by 4)" in [one.value for one in app.caption]


def test_how_a_claim_is_tested_is_said_to_the_end(bench):
    app = answer(open_lesson("ask"), "ask", "few")
    assert text.plain(claims.claims()["V22"].how, 10_000) in [one.value for one in app.caption]


@pytest.mark.parametrize(
    "section, changes",
    [("worth-more", {}), ("worth-less", {"places_elbo": 60.0}), ("worth-open", {"each_elbo": 50.0, "places_elbo": 50.0})],
)
def test_what_a_sigma_for_each_pixel_is_worth_follows_from_the_runs(bench, section, changes):
    bench.changes = {"pixels": changes}
    app = answer(open_lesson("pixels"), "pixels", "grey")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", text.sections("pixels")[section]):
        assert text.bare(part) in text.bare(said(app))


@pytest.mark.parametrize(
    "section, changes",
    [
        ("swap-both", {}),
        ("swap-search", {"again_vae_middle": 1.2}),
        ("swap-vae", {"search_ae_middle": 1.2}),
        ("swap-mixed", {"search_ae_middle": 1.2, "again_vae_middle": 1.2}),
    ],
)
def test_whether_the_search_or_the_vae_helps_follows_from_the_runs(bench, section, changes):
    kept = {"again_ae_middle": 1.1, "again_vae_middle": 0.75, "search_ae_middle": 0.77, "search_vae_middle": 0.68}
    bench.changes = {"hole": kept | changes}
    app = answer(open_lesson("hole"), "hole", "near")
    assert not app.exception
    assert [one for one in ("both", "search", "vae", "mixed") if text.sections("hole")[f"swap-{one}"] in said(app)] == [section[5:]]


def test_the_hole_of_the_last_question_is_shown_after_its_answer(bench):
    app = answer(open_lesson("hole"), "hole", "near")
    assert app.segmented_control(key="hole_hole_2").options == [text.sections("hole")[one] for one in ("middle", "corner")]
    app = answer(app, "hole", "holds", "transfer")
    app.segmented_control(key="hole_hole_3").set_value("bottom").run()
    assert not app.exception
    app.button(key="hole_transfer_again").click().run()
    assert not app.exception
    assert app.segmented_control(key="hole_hole_2").value == "middle"


def test_which_digit_is_hardest_is_shown_after_the_answer(bench):
    def charts():
        return [one.proto.id.split("odd_")[-1] for one in app.get("plotly_chart")]

    app = answer(open_lesson("odd"), "odd", "near")
    worst = claims.measured()["odd"]["ae_worst"].mean
    assert [f"{worst:.3f}" in said(app), len(charts())] == [False, 1]
    app = answer(app, "odd", "some", "transfer")
    assert text.sections("odd")["chart"] in said(app)
    assert len(charts()) == 2


ASKED = {
    "asked-more": {"told": 0.99},
    "asked-less": {"told": 0.5},
    "asked-open": {"told": 0.9},
    "found-vae": {"told": 0.99},
    "found-ae": {"told": 0.2, "ae_told": 0.9},
    "found-even": {"told": 0.5, "ae_told": 0.5},
}


@pytest.mark.parametrize("section", ASKED)
def test_what_is_said_of_asking_follows_from_the_runs(bench, section):
    bench.changes = {"control": ASKED[section]}
    app = answer(answer(open_lesson("ask"), "ask", "few"), "ask", "vae", "transfer")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", text.sections("ask")[section]):
        assert text.bare(part) in text.bare(said(app))


def test_one_walks_along_the_axis_that_one_chose(bench):
    app = answer(open_lesson("ask"), "ask", "few")
    said_of = [one.value for one in app.caption]
    assert "A 3. On the way it is read as 7 7 7 7 7 7 7 7 7" in said_of
    assert text.sections("ask")["used"].replace("[[kl]]", "1.00") in said_of
    app.segmented_control(key="ask_axis").set_value(7).run()
    assert not app.exception
    assert text.sections("ask")["idle"].replace("[[kl]]", "0.00") in [one.value for one in app.caption]


ASKED_LAST = {
    "elbo": [
        ("before", {"dear_error": 0.04, "vae_error": 0.04}),
        ("average", {}),
        ("noise", {"dear_error": 0.2}),
        ("between", {"dear_error": 0.06}),
    ],
    "mean": [
        ("smaller", {}),
        ("larger", {"mse_sum_rate": 9.0}),
        ("alike", {"mse_sum_rate": 2.0, "bce_sum_rate": 2.0}),
    ],
    "truth": [
        ("nearer", {"off_end": 0.001}),
        ("farther", {}),
        ("only", {"evidence_start": -20.0, "off_end": 0.001}),
        ("unsure", {"evidence_start": -20.0}),
    ],
}


@pytest.mark.parametrize("name, outcome, changes", [(name, *case) for name, cases in ASKED_LAST.items() for case in cases])
def test_what_is_said_of_the_loss_after_the_last_question_follows_from_the_runs(bench, name, outcome, changes):
    bench.changes = {name: changes}
    app = answer(open_lesson(name), name, options(name)[0])
    asked = options(name, "transfer")
    for option in asked:
        app = answer(app, name, option, "transfer")
        assert not app.exception
        for part in re.split(r"\[\[.*?\]\]", text.sections(name)[f"found-{outcome}"]):
            assert text.bare(part) in text.bare(said(app))
        compared = (text.sections("lesson")[f"{which}"] for which in ("as-said", "otherwise"))
        answered = said(app).partition(text.sections(name)["transfer"])[2]
        assert [one in answered for one in compared] == ([option == outcome, option != outcome] if outcome in asked else [False, False])
        app.button(key=f"{name}_transfer_again").click().run()


@pytest.mark.parametrize(
    "section, changes",
    [
        ("price-more", {}),
        ("price-open", {"learned_sum_rate": 0.1}),
        ("negative", {}),
        ("positive", {"learned_sum_distortion": 5.0}),
        ("grey", {}),
    ],
)
def test_what_is_said_of_prices_follows_from_the_runs_and_waits_for_the_answer(bench, section, changes):
    bench.changes = {"mean": changes}
    app = answer(open_lesson("mean"), "mean", "falls")
    first, *others = [text.bare(part) for part in re.split(r"\[\[.*?\]\]", text.sections("mean")[section])]
    assert first not in text.bare(said(app))
    assert len(app.get("plotly_chart")) == 1
    app = answer(app, "mean", "smaller", "transfer")
    assert not app.exception
    for part in (first, *others):
        assert part in text.bare(said(app))
    assert len(app.get("plotly_chart")) == 2


def test_one_looks_at_the_cloud_and_the_true_posterior_of_the_digit_that_one_chose(bench):
    app = answer(answer(open_lesson("truth"), "truth", "up"), "truth", "farther", "transfer")
    words = text.sections("truth")
    assert app.segmented_control(key="truth_digit").value == 9
    assert words["curves"].replace("[[off]]", "0.90") in said(app)
    app.segmented_control(key="truth_digit").set_value(7).run()
    assert not app.exception
    assert words["curves"].replace("[[off]]", "0.70") in said(app)
    assert words["before"].replace("[[off]]", "0.01") in said(app)


def test_what_was_noted_when_the_page_asked_something_else_leaves_its_questions_open(bench):
    app = open_lesson("elbo")
    app.session_state[notebook.NOTES] = {"elbo": {"prediction": "falls", "outcome": "falls", "finding": "The KL fell.", "transfer": "up"}}
    app.run()
    assert not app.exception
    assert not app.radio(key="elbo_prediction_choice").disabled
    assert not app.get("plotly_chart")
    app.switch_page("../pages/notebook.py").run()
    assert not app.exception
    assert "The KL fell" in said(app)
    app.switch_page("../pages/elbo.py").run()
    app = answer(app, "elbo", "picture")
    assert not app.radio(key="elbo_transfer_choice").disabled
    assert app.session_state[notebook.NOTES]["elbo"]["outcome"] == "picture"


@pytest.mark.parametrize(
    "section, changes",
    [
        ("groups-more", {"clusters_code": 0.9}),
        ("groups-less", {"clusters_code": 0.1}),
        ("groups-open", {"clusters_code": 0.6, "clusters_pixels": 0.6}),
    ],
)
def test_what_is_said_of_groups_follows_from_the_runs(bench, section, changes):
    bench.changes = {"few": changes}
    app = answer(open_lesson("few"), "few", "m2")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", text.sections("few")[section]):
        assert text.bare(part) in text.bare(said(app))


FOLLOWS = {
    "squeeze": {
        "found-learned-ae": {"train_32": 0.001},
        "found-learned-pca": {"train_32": 0.2},
        "found-learned-even": {"train_32": 0.03, "pca_train_32": 0.03},
        "longer-less": {"long_train": 0.001},
        "longer-more": {"long_train": 0.9},
        "longer-open": {"long_train": 0.07, "train_32": 0.07},
    },
    "few": {
        "vote-less": {"code_near_all": 0.01},
        "vote-more": {"code_near_all": 0.9},
        "vote-open": {"code_near_all": 0.1, "code_all": 0.1},
        "dropped-more": {"near_all": 0.001},
        "dropped-less": {"near_all": 0.9},
        "dropped-open": {"near_all": 0.1, "code_near_all": 0.1},
    },
    "codes": {
        "nats-less": {"cheap_error": 0.001},
        "nats-more": {"cheap_error": 0.1},
        "nats-open": {"cheap_error": 0.02, "vq_error": 0.02},
    },
    "cloud": {
        "found-one": {"draws_needed": 2.0},
        "found-ten": {"draws_needed": 60.0},
        "found-hundred": {"draws_needed": 150.0},
        "found-unsure": {"draws_needed": 100.0},
    },
    "globe": {
        "found-still": {"anywhere_3": 15000.0},
        "found-gone": {"anywhere_3": 500.0},
    },
}


@pytest.mark.parametrize("name, section", [(name, section) for name, sections in FOLLOWS.items() for section in sections])
def test_what_is_said_of_the_last_question_follows_from_the_runs(bench, name, section):
    bench.changes = {name: FOLLOWS[name][section]}
    app = answer(open_lesson(name), name, options(name)[0])
    app = answer(app, name, options(name, "transfer")[0], "transfer")
    assert not app.exception
    for part in re.split(r"\[\[.*?\]\]", text.sections(name)[section]):
        assert text.bare(part) in text.bare(said(app))


def test_the_last_question_of_squeeze_waits_for_the_repetitions(bench):
    bench.done = 2
    app = answer(answer(open_lesson("squeeze"), "squeeze", "pca"), "squeeze", "learned-pca", "transfer")
    assert "So far, of the digits they learned" in said(app)
    assert "four times as many epochs" not in said(app)


GIVES_AWAY = {
    "globe": "| 3 |",
    "squeeze": "four times as many epochs",
    "nearby": "AE, 8 numbers: distance",
    "spare": "Distance to the nearest training digit",
}


@pytest.mark.parametrize("name", GIVES_AWAY)
def test_the_last_question_is_not_answered_on_the_screen_before_it(bench, name):
    def shown(app):
        return " ".join(one.value for kind in (app.markdown, app.caption) for one in kind)

    app = answer(open_lesson(name), name, options(name)[0])
    assert GIVES_AWAY[name] not in shown(app)
    app = answer(app, name, options(name, "transfer")[0], "transfer")
    assert not app.exception
    assert GIVES_AWAY[name] in shown(app)


def test_the_globe_of_three_numbers_comes_with_the_answer_and_goes_with_it(bench):
    app = answer(open_lesson("globe"), "globe", "tear")
    assert app.segmented_control(key="globe_size").options == ["1", "2"]
    app = answer(app, "globe", "gone", "transfer")
    app.segmented_control(key="globe_size").set_value(3).run()
    assert not app.exception
    app.button(key="globe_transfer_again").click().run()
    assert not app.exception
    assert app.segmented_control(key="globe_size").value == 2


def test_a_cure_that_works_is_said_to_work(bench):
    bench.changes = {"collapse": {"warm_lost": 0.2}}
    app = answer(answer(open_lesson("collapse"), "collapse", "fade"), "collapse", "cured", "transfer")
    assert text.sections("lesson")["as-said"] in said(app)
    assert "It is cured" in said(app)


@pytest.mark.parametrize("active, section", [(5.0, "counted-more"), (1.0, "counted-less"), (2.0, "counted-open")])
def test_theory_s_count_is_held_against_the_linear_vae_s(bench, active, section):
    bench.changes = {"collapse": {"linear_15_active": active}}
    app = answer(open_lesson("collapse"), "collapse", "fade")
    assert text.bare(re.split(r"\[\[", text.sections("collapse")[section])[0]) in text.bare(said(app))


def test_one_image_is_followed_step_by_step_and_drawn_again(bench):
    app = answer(open_lesson("elbo"), "elbo", "picture")
    words = text.sections("elbo")
    for step in one_image.STEPS:
        assert not app.exception
        assert text.bare(re.split(r"\[\[", words[f"step-{step}"])[0]) in text.bare(said(app))
        if step == "noise":
            app.button(key="elbo_again").click().run()
            assert "This is draw 2" in said(app)
        if step != one_image.STEPS[-1]:
            app.button(key="elbo_step_on").click().run()
    assert app.button(key="elbo_step_on").disabled
    app.button(key="elbo_step_back").click().run()
    assert text.bare(re.split(r"\[\[", words["step-rate"])[0]) in text.bare(said(app))


def test_a_claim_s_verdict_turns_with_the_runs(bench):
    common = text.sections("lesson")
    app = answer(open_lesson("overfit"), "overfit", "vae")
    assert common["verdict-partly"] in said(app)
    bench.changes = {"overfit": {"vae1000_test": 0.001}}
    assert common["verdict-contradicted"] in said(app.run())


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_is_decided_while_repetitions_are_missing(bench, name):
    bench.done = 1
    app = answer(open_lesson(name), name, options(name)[0])
    assert not app.exception
    assert app.session_state[notebook.NOTES][name]["outcome"] == "open"
    assert "±" not in app.session_state[notebook.NOTES][name]["finding"]
    assert bench.followed[-1] == (EXPERIMENT[name], 1)


def test_an_experiment_can_be_stopped_and_gone_on_with(bench):
    bench.done = 0
    app = answer(open_lesson("squeeze"), "squeeze", "ae")
    app.button(key="squeeze_stop").click().run()
    assert bench.left == [("squeeze", 0)]
    asked = len(bench.followed)
    app.run()
    assert len(bench.followed) == asked
    app.button(key="squeeze_on").click().run()
    assert len(bench.followed) > asked


def test_a_failure_is_said_plainly_and_can_be_tried_again(bench):
    bench.done, bench.failure = 0, "The disk is *full*."
    app = answer(open_lesson("squeeze"), "squeeze", "ae")
    assert not app.exception
    assert app.error[0].value == r"The disk is \*full\*\."
    bench.done, bench.failure = 99, ""
    app.button(key="squeeze_on").click().run()
    assert not app.error
    assert app.get("plotly_chart")


def test_an_answer_can_be_taken_back_and_outlives_a_change_of_page(bench):
    app = answer(open_lesson("squeeze"), "squeeze", "ae")
    app.switch_page("../pages/train.py").run()
    app.switch_page("../pages/squeeze.py").run()
    assert app.radio(key="squeeze_prediction_choice_ae").value == "ae"
    assert app.radio(key="squeeze_prediction_choice_ae").disabled
    app.button(key="squeeze_prediction_again").click().run()
    assert app.radio(key="squeeze_prediction_choice").value is None
    assert not app.session_state[notebook.NOTES]["squeeze"]
    assert not app.get("plotly_chart")


def test_an_answer_that_the_browser_recalls_is_the_one_that_is_chosen(bench):
    app = open_lesson("squeeze")
    app.session_state[notebook.NOTES] = {"squeeze": {"prediction": "pca"}}  # it comes after the first script run
    app.run()
    closed = next(one for one in app.radio if one.key.startswith("squeeze_prediction_choice"))
    assert closed.disabled
    assert closed.value == "pca"


@pytest.mark.parametrize("field", ["prediction", "transfer"])
def test_what_is_chosen_when_the_button_is_pressed_counts(bench, field):
    app = open_lesson("squeeze")
    if field == "transfer":
        app = answer(app, "squeeze", "ae")
    first, second, *_ = options("squeeze", field)
    app.radio(key=f"squeeze_{field}_choice").set_value(first).run()
    app.radio(key=f"squeeze_{field}_choice").set_value(second)
    app.button(key=f"squeeze_{field}").click().run()  # both reach the lab before the page is drawn anew
    assert app.session_state[notebook.NOTES]["squeeze"][field] == second


@pytest.mark.parametrize(("name", "told"), [("ladder", True), ("cloud", False)])
def test_where_a_page_opens_only_the_first_runs_it_is_said(bench, name, told):
    app = answer(open_lesson(name), name, options(name)[0])
    assert ("the first 6 of 7" in [one.value for one in app.caption]) == told


def test_the_notebook_shows_what_was_noted_and_can_be_emptied(bench):
    app = answer(open_lesson("squeeze"), "squeeze", "ae")
    app.switch_page("../pages/notebook.py").run()
    assert not app.exception
    assert text.sections("squeeze")["option-ae"] in said(app)
    assert len(app.get("popover")) == 2
    asked = app.get("popover")[0]
    assert [one.key for one in asked.button] == ["forget_all"]  # behind a second click
    app.button(key="forget_all").click().run()
    assert text.sections("notebook")["empty"] in app.info[0].value


def test_the_notebook_and_the_saved_page_state_the_questions(bench):
    app = answer(answer(open_lesson("squeeze"), "squeeze", "ae"), "squeeze", "learned-pca", "transfer")
    app.switch_page("../pages/notebook.py").run()
    lesson, words = text.sections("squeeze"), text.sections("notebook")
    parts = ["question", lesson["question"], "predicted", lesson["option-ae"], "found", "more", lesson["transfer"], "answered"]
    told = [text.bare(words.get(one, one)) for one in (*parts, lesson["option-learned-pca"])]
    at = [text.bare(said(app)).find(one) for one in told]
    assert -1 not in at
    assert at == sorted(at)


@pytest.mark.parametrize("name", LESSONS)
def test_what_the_notebook_repeats_points_to_nothing_on_the_page(name):
    words = text.sections(name)
    outcomes = [words[f"found-{one}"] for one in (*options(name), "open") if f"found-{one}" in words]
    for told in (words["question"], words["transfer"], *outcomes):
        assert not re.search(r"\b(above|below)\b(?! \d)", told, re.IGNORECASE)


NASTY = "<script>alert(1)</script> ![x](http://evil.example/x.png)"


def test_what_a_browser_sends_is_not_trusted():
    sent = {"squeeze": {"finding": NASTY, "prediction": 3, "wings": "x"}, "globe": "text"}
    assert notebook.checked(json.dumps(sent)) == {"squeeze": {"finding": NASTY}}
    for text_sent in ("", "[", "[1]", "null", '{"a": [1]}'):
        assert notebook.checked(text_sent) == {}
    assert len(notebook.checked(json.dumps({"squeeze": {"finding": "x" * 10**6}}))["squeeze"]["finding"]) == notebook.LONGEST


def test_the_saved_page_and_the_notebook_escape_what_was_noted(bench):
    entry = notebook_page.Entry(site.COURSE[0], (("found", NASTY),))
    page = notebook_page.html([entry], text.sections("notebook"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page
    app = open_lesson("notebook")
    app.session_state[notebook.NOTES] = {"squeeze": {"finding": NASTY}}
    app.run()
    assert "![" not in said(app)


def test_notes_from_the_browser_are_put_beside_those_of_the_session(bench):
    app = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=20)
    app.session_state[notebook.NOTES] = {"crowd": {"prediction": "each"}}
    app.session_state["notebook"] = {"kept": json.dumps({"squeeze": {"prediction": "pca"}, "crowd": {"prediction": "apart"}})}
    app.run()
    assert not app.exception
    assert app.session_state[notebook.NOTES] == {"squeeze": {"prediction": "pca"}, "crowd": {"prediction": "each"}}
