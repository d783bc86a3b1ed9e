"""What the curves show is named wherever they are drawn."""

import re

import pytest

from ui import text
from ui.components.latent_map import script
from ui.history import FURTHER, TERMS, UNITLESS
from vae_core.build import WEIGHED
from vae_core.composition import PENALTIES


@pytest.mark.parametrize("term", [*TERMS, *FURTHER])
def test_every_term_has_words_beside_its_curve(term):
    assert text.sections("losses")[term]


@pytest.mark.parametrize("term", FURTHER)
def test_every_further_term_has_a_title_while_it_trains(term):
    titles = dict(re.findall(r'(\w+): "([^"]+)"', script("curves").partition("const FURTHER = {")[2].partition("};")[0]))
    assert ("no unit" in titles[term]) == (term in UNITLESS)


def test_the_penalties_are_those_that_can_be_built():
    assert set(WEIGHED) == set(PENALTIES)
