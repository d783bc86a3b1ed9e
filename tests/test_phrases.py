"""Figures as they are told in sentences and tables."""

import pytest

from ui.phrases import alike, exact, fill, number, percent, spread
from vae_core.figures import Spread


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [(-24.386, "{:.2f}", "−24.39"), (-0.004, "{:.2f}", "0.00"), (-20000, "{:,.0f}", "−20,000"), (0.5, "{:.0%}", "50%")],
)
def test_a_number_has_a_minus_sign_and_zero_has_none(value, form, told):
    assert number(value, form) == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((-0.0847 - 0.178, -0.0847, -0.0847 + 0.178), "−0.08 ± 0.18"),
        ((1.2339, 1.2359, 1.2379), "1.2359 ± 0.0020"),
        ((18_964, 19_200, 19_436), "19,200 ± 240"),
        ((122.96, 123.46, 123.96), "123.46 ± 0.50"),
        ((0.7077, 0.7077), "0.708"),
        ((12_345.6,), "12,346"),
        ((2e-9, 3e-9, 4e-9), "3e−09 ± 1e−09"),
    ],
)
def test_a_mean_ends_where_its_spread_s_second_digit_does(values, told):
    assert exact(Spread(values)).replace("\u00a0", " ") == told


@pytest.mark.parametrize(
    ("values", "decimals", "told"),
    [
        ((0.0727, 0.0730, 0.0733), 3, "0.0730 ± 0.0003"),
        ((0.031, 0.034, 0.037), 2, "0.034 ± 0.003"),
        ((4148.0, 9749.0, 15350.0), 0, "9,700 ± 5,600"),
        ((24.0, 24.5, 25.0), 4, "24.50 ± 0.50"),
        ((24.38, 24.39, 24.40), 2, "24.39 ± 0.01"),
        ((1e-9, 2e-9, 3e-9), 2, "0.00"),
        ((0.25, 0.25 + 1e-9), 3, "0.250"),
        ((9749.0,), 0, "9,750"),
        ((24.386,), 2, "24.4"),
        ((0.0330,), 4, "0.0330"),
        ((0.0,), 2, "0.00"),
    ],
)
def test_a_spread_is_never_told_as_nothing_nor_with_more_than_two_digits(values, decimals, told):
    assert spread(Spread(values), decimals).replace("\u00a0", " ") == told


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ((0.0303, 0.0330, 0.0357), (0.012875, 0.012961, 0.013047), ["0.0330 ± 0.0027", "0.0130 ± 0.0001"]),
        ((2.0, 2.0), (4.0, 4.0), ["2", "4"]),
        ((0.99, 1.0, 1.01), (1.25, 1.25, 1.25), ["1.000 ± 0.010", "1.25"]),
    ],
)
def test_figures_side_by_side_end_at_the_same_place(one, other, told):
    assert [text.replace("\u00a0", " ") for text in alike(Spread(one), Spread(other))] == told


def test_a_figure_is_not_torn_from_its_spread():
    assert " " not in spread(Spread((1.0, 2.0, 3.0))) + percent(Spread((0.1, 0.2, 0.3))) + exact(Spread((1.0, 2.0, 3.0)))


def test_a_place_without_a_value_is_an_error():
    assert fill("[[a]] of [[b]]", a="1", b="2") == "1 of 2"
    with pytest.raises(KeyError):
        fill("[[a]]", b="1")
