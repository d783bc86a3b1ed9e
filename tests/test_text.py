"""The prose, and words from outside that stand in it."""

import pytest

from ui import ink, palette, text


@pytest.mark.parametrize("page", sorted(path.stem for path in (text.CONTENT / "en").glob("*.md")))
def test_every_page_has_sections_with_words(page):
    found = text.sections(page)
    assert found
    assert all(found.values())


def test_symbols_get_their_colours():
    tone, _ = ink.tones(palette.AE)
    assert text._color("An :ae[**AE**] here") == f'An :color[**AE**]{{foreground="{tone}"}} here'
    assert text._color(r"$\colored{ae}{z}$") == f"$\\textcolor{{{tone}}}{{z}}$"
    assert not [body for body in text.sections("home").values() if ":ae[" in body or ":vae[" in body]


def test_a_section_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        text.sections("home")["nowhere"]


@pytest.mark.parametrize("hostile", ["![x](http://evil/x.png)", "[a](b)", "**b**", "$x$", "<b>", ":red[x]", "`c`", "# h", "a\n\n- b", "|"])
def test_words_from_outside_lose_their_markup(hostile):
    safe = text.plain(hostile)
    assert "\n" not in safe
    for mark in "[]*$<`#|:":
        assert safe.count(mark) == safe.count("\\" + mark)


def test_words_from_outside_are_cut():
    assert len(text.plain("x" * 10_000)) == 300


def test_a_label_that_is_read_out_has_no_more_marks_than_safety_takes():
    assert text.spoken("β-VAE (β = 0.5)") == "β-VAE (β = 0.5)"
    assert text.spoken("![x](http://evil) :red[y] www.evil") == r"!\[x\](http\://evil) \:red\[y\] www\.evil"
