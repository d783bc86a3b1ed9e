"""Figures over seeds, the rule that decides, and the claims that hang on it."""

import dataclasses
import json
import math
from concurrent.futures import Future

import numpy as np
import pytest
import scipy.stats
import small_sets

from vae_core import claims
from vae_core.experiments import EXPERIMENTS
from vae_core.figures import Figures, Replicates, Spread, outcome


def replicates(**figures):
    """From one list of values a figure."""
    return Replicates([Figures(dict(zip(figures, values, strict=True))) for values in zip(*figures.values(), strict=True)])


def test_figures_survive_being_packed():
    before = Figures({"a": 0.25}, {"codes": np.arange(6.0).reshape(2, 3), "labels": np.array([1, 2], np.uint8)})
    after = Figures.unpack(before.pack())
    assert after.numbers == before.numbers
    np.testing.assert_array_equal(after.arrays["codes"], before.arrays["codes"])
    assert after.arrays["labels"].dtype == np.uint8


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_figure_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="not a number"):
        Figures({"a": value}).pack()


@pytest.mark.parametrize("blob", [b"", b"\x04\0\0\0null", Figures({"a": 1.0}).pack()[:-5]])
def test_damaged_figures_are_refused(blob):
    with pytest.raises(ValueError):
        Figures.unpack(blob)


def test_the_rule_asks_for_three_seeds_and_a_clear_difference():
    assert outcome([1.0, 1.0]) == "open"
    assert outcome([1.0, 1.1, 0.9]) == "more"
    assert outcome([-1.0, -1.1, -0.9]) == "less"
    assert outcome([1.0, -1.2, 0.4]) == "open"
    assert outcome([0.0, 0.0, 0.0]) == "open"


ALWAYS = [0.5, 0.5, 0.5]


@pytest.mark.parametrize("than, expected", [(0.4, "more"), (0.6, "less"), (0.495, "open"), (0.505, "open"), (0.5, "open"), (0.0, "more")])
def test_where_no_seed_plays_a_part_a_difference_must_be_more_than_small(than, expected):
    assert outcome(ALWAYS, than) == expected
    assert outcome([1000 * value for value in ALWAYS], 1000 * than) == expected


def test_rounding_is_no_luck_of_the_seed():
    rounded = [0.5, 0.5 + 1e-16, 0.5 - 1e-16]
    assert outcome(rounded, ALWAYS) == "open"
    assert outcome(rounded, 0.495) == "open"
    assert outcome(rounded, 0.4) == "more"


@pytest.mark.parametrize("luck, expected", [(0.001, "less"), (0.05, "open")])
def test_where_one_side_varies_its_luck_decides_however_small_the_difference(luck, expected):
    varies = [0.495 - luck, 0.495, 0.495 + luck]
    assert outcome(varies, ALWAYS) == expected
    assert outcome(ALWAYS, varies) == {"less": "more"}.get(expected, expected)


def test_what_is_zero_for_every_seed_is_less_than_any_bound():
    found = replicates(a=[0.0, 0.0, 0.0], b=[2.0, 2.0, 2.0], c=[64.0, 64.0, 64.0])
    assert found.compare("a", 1e-6) == "less"
    assert found.compare("b", "c") == "less"
    assert found.compare("c", "b", times=32) == "open"


def test_the_rule_is_wrong_as_seldom_as_it_says():
    """Where there is no difference, the 95 % interval should leave zero out in one case of twenty, for three seeds as for five."""
    noise = np.random.default_rng(0).normal(0, 1, (4000, 5))
    for seeds in (3, 5):
        decided = np.mean([outcome(list(row[:seeds])) != "open" for row in noise])
        assert 0.035 < decided < 0.065


@pytest.mark.parametrize("count", range(3, 11))
def test_the_interval_is_student_s(count):
    values = np.random.default_rng(count).normal(0, 1, count)
    expected = scipy.stats.t.ppf(0.975, count - 1) * values.std(ddof=1) / math.sqrt(count)
    assert Spread(tuple(values)).margin == pytest.approx(expected, rel=2e-4)


def test_two_seeds_have_no_interval():
    assert math.isinf(Spread((1.0, 2.0)).margin)


def test_seeds_are_compared_one_by_one():
    found = replicates(a=[1.0, 5.0, 9.0], b=[0.9, 4.9, 8.9])
    assert found.compare("a", "b") == "more"
    assert found.compare("a", 4.9) == "open"
    assert found.compare("a", "b", times=2) == "open"
    assert found.sum({"a": 1, "b": -1}).mean == pytest.approx(0.1)


LIKE_A3 = claims.Claim(
    "X", "words", how="how", experiment="cloud", tests=(claims.Condition("a", "less", 1.0), claims.Condition("b", "more", "a"))
)


@pytest.mark.parametrize(
    "a, b, verdict",
    [(0.5, 0.9, "supported"), (1.5, 1.0, "contradicted"), (0.5, 0.1, "partly"), (1.5, 1.9, "partly")],
)
def test_a_verdict_follows_from_the_figures(a, b, verdict):
    found = replicates(a=[a, a + 0.01, a - 0.01], b=[b, b, b])
    assert LIKE_A3.verdict(found) == verdict


def test_a_verdict_stays_open_while_luck_could_explain_it():
    assert LIKE_A3.verdict(replicates(a=[0.5, 0.5], b=[0.9, 0.9])) == "open"
    assert LIKE_A3.verdict(replicates(a=[0.5, 0.5, 0.5], b=[0.1, 0.9, 0.6])) == "open"


def test_a_claim_is_held_to_what_its_source_says_alone():
    said = claims.claims()
    behind_pca = replicates(ae_2=[0.6, 0.61, 0.59], pca_2=[0.5, 0.5, 0.5])
    assert said["A15"].verdict(behind_pca) == "supported"
    assert said["A15"].verdict(replicates(ae_2=[1.1, 1.11, 1.09])) == "contradicted"
    counts = replicates(ae_terms=[1.0] * 3, vae_terms=[2.0] * 3, ae_weights=[9.0] * 3, vae_weights=[9.0] * 3)
    assert said["A9"].verdict(counts) == "supported"
    assert said["A2"].verdict(replicates(code=[2.0] * 3, pixels=[64.0] * 3)) == "supported"
    assert said["A2"].verdict(replicates(code=[99.0] * 3, pixels=[64.0] * 3)) == "contradicted"
    assert not said["V14"].experiment
    assert not said["V14"].tests


def test_every_claim_is_bound_to_figures_that_exist_or_says_why_not():
    found = claims.measured()
    for claim in claims.claims().values():
        assert claim.words
        assert claim.how
        for test in claim.tests:
            assert test.expects in ("more", "less")
            assert test.figure in found[claim.experiment].figures[0].numbers
            assert not isinstance(test.than, str) or test.than in found[claim.experiment].figures[0].numbers


def test_the_kept_figures_are_of_today_s_code():
    assert set(claims.measured()) == set(EXPERIMENTS), "run: python -m vae_core.claims"


def test_no_verdict_is_written_down():
    rows = claims.TABLE.read_text(encoding="utf-8").lower()
    kept = claims.MEASURED.read_text(encoding="utf-8").lower()
    assert not [word for word in ("supported", "contradicted", "verdict") if word in rows or word in kept]


def test_figures_of_older_code_are_left_out_and_a_broken_file_is_named(tmp_path):
    path = tmp_path / "claims.json"
    claims.keep({"cloud": [Figures({"a": 1.0})]}, path)
    assert claims.measured(path)["cloud"]["a"].mean == 1.0
    kept = json.loads(path.read_text())
    kept["cloud"]["version"] = "older"
    path.write_text(json.dumps(kept))
    assert claims.measured(path) == {}
    path.write_text('{"cloud": 3}')
    with pytest.raises(claims.ClaimError, match=r"claims\.json"):
        claims.measured(path)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_recipes_of_an_experiment_are_possible_and_differ_by_seed(name):
    one, other = (EXPERIMENTS[name].recipes(seed) for seed in EXPERIMENTS[name].seeds[:2])
    for recipe in (*one.values(), *other.values()):
        recipe.validate()
    assert len({recipe.id for recipe in (*one.values(), *other.values())}) == 2 * len(one)
    assert len(EXPERIMENTS[name].seeds) >= 3


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_gives_the_same_figures_again(name, tmp_path):
    small_sets.write(tmp_path)
    quick = dataclasses.replace(
        EXPERIMENTS[name],
        recipes=lambda seed: {label: dataclasses.replace(one, epochs=2) for label, one in EXPERIMENTS[name].recipes(seed).items()},
    )
    first, again, other = (claims.carry_out(quick, seed, tmp_path).pack() for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_all_means_all_whose_data_are_here(monkeypatch, tmp_path, capsys):
    asked = []

    class Pool:
        def __init__(self, *args, **kwargs):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def submit(self, work, name, seed, root):
            asked.append(name)
            future = Future()
            future.set_result(Figures({"a": 1.0}))
            return future

    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    monkeypatch.setattr(claims, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(claims, "keep", lambda found: None)
    monkeypatch.setattr(claims, "_tell", lambda name, found: None)
    monkeypatch.setattr(claims, "measured", lambda: dict.fromkeys(EXPERIMENTS))
    claims.main([])
    assert set(asked) == set(EXPERIMENTS) - {"strangers"}
    assert "strangers: left out" in capsys.readouterr().out
    small_sets.write(tmp_path)
    claims.main([])
    assert "strangers" in asked
