"""The prose of the pages: ``content/en/<page>.md``, cut into sections at ``## id`` headings."""

import re
from functools import lru_cache
from pathlib import Path

from ui import ink, palette

CONTENT = Path(__file__).parent.parent / "content"
_HEADING = re.compile(r"^## +([a-z0-9_-]+) *$", re.MULTILINE)
_SYMBOL = "|".join(palette.SYMBOLS)
_COLORED = re.compile(rf":({_SYMBOL})\[([^\]]*)\]")
_COLORED_FORMULA = re.compile(rf"\\colored\{{({_SYMBOL})\}}")
_SHOWN_COLOR = re.compile(r":color\[([^\]]*)\]\{[^}]*\}")
_MARKS = re.compile(r"[*`$\\]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:])")
_ACTING = re.compile(r"([\\`*_\[\]<>$|~:@]|(?<=www)\.)")  # within a line


@lru_cache(maxsize=64)
def sections(page: str, language: str = "en") -> dict[str, str]:
    """The sections of a page by id, in the file's order.

    ``:ae[words]`` and its like get the colour of that symbol; in formulas, ``colored{ae}`` after a backslash does the same.

    Raises:
        FileNotFoundError: if there is no such file.
    """
    body = (CONTENT / language / f"{page}.md").read_text(encoding="utf-8")
    parts = _HEADING.split(body)[1:]
    return {name: _color(text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _color(text: str) -> str:
    text = _COLORED_FORMULA.sub(lambda found: f"\\textcolor{{{ink.tones(palette.SYMBOLS[found[1]])[0]}}}", text)
    return _COLORED.sub(lambda found: ink.colored(found[2], palette.SYMBOLS[found[1]]), text)


def bare(markdown: str) -> str:
    """Our own prose without its marks, to be kept as a sentence."""
    return _MARKS.sub("", _SHOWN_COLOR.sub(r"\1", markdown))


def spoken(text: object) -> str:
    """Words from outside in the label of a switch, which screen readers say as it is written: safe, with as few marks as that takes."""
    return _ACTING.sub(r"\\\1", str(text).replace("\n", " "))


def plain(text: object, limit: int = 300) -> str:
    """Words from outside (an address, a file, an error) made safe to stand in Markdown, where a link or picture could hide."""
    return _MARKDOWN.sub(r"\\\1", str(text)[:limit].replace("\n", " "))
