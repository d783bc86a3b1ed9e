"""Colours stand out from where they are, by the formula of WCAG 2.2."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ui import charts, ink, palette

THEMES = tomllib.loads((Path(__file__).parent.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
GROUNDS = [[THEMES[theme][ground] for ground in ("backgroundColor", "secondaryBackgroundColor")] for theme in ("light", "dark")]


def contrast(*colors):
    low, high = sorted(map(luminance, colors))
    return (high + 0.05) / (low + 0.05)


def luminance(color):
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)] if color.startswith("#") else re.findall(r"\d+", color)[:3]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (int(part) / 255 for part in parts)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_contrast_is_that_of_the_guidelines():
    assert ink.contrast("#ffffff", "#000000") == pytest.approx(21)
    for color in palette.CLASSES:
        assert ink.contrast(color, "#11161d") == pytest.approx(contrast(color, "#11161d"), rel=1e-3)


@pytest.mark.parametrize("color", [*palette.SYMBOLS.values(), *palette.RUNS])
def test_words_in_every_colour_can_be_read_in_both_themes(color):
    for tone, grounds in zip(ink.tones(color), GROUNDS, strict=True):
        assert min(contrast(tone, ground) for ground in grounds) >= 4.5


def test_words_keep_the_colour_as_far_as_it_can_be_read():
    assert ink.tones("#555555") == ("#555555", ink.tones("#555555")[1])
    assert ink.tones("#dddddd")[1] == "#dddddd"


@pytest.mark.parametrize("color", palette.CLASSES)
def test_names_on_a_map_stand_out_from_the_colour_of_their_class(color):
    plane = charts.plane_of(np.zeros((2, 2)))
    label = palette.CLASSES.index(color)
    codes = charts.Codes(np.array([[-3.0, 0.0], [3.0, 0.0]]), None, np.array([label, (label + 1) % 10]), "0123456789", plane)
    figure = charts.latent_scatter(codes, charts.extents([codes.points]))
    names = [one for one in figure.layout.annotations if one.bgcolor]  # the others are on the prior's rings
    assert len(names) == 2
    for name in names:
        assert contrast(name.font.color, name.bgcolor) >= 4.5


@pytest.mark.parametrize("ground", [ground for grounds in GROUNDS for ground in grounds[:1]])
@pytest.mark.parametrize("color", palette.RUNS)
def test_lines_of_runs_stand_out(color, ground):
    assert contrast(color, ground) >= 3


@pytest.mark.parametrize("ground", [ground for grounds in GROUNDS for ground in grounds[:1]])
@pytest.mark.parametrize("color", [*palette.CLASSES, *palette.SYMBOLS.values()])
def test_marks_stand_out(color, ground):
    assert contrast(color, ground) > 2.2
