"""The notebook as something to read: entries for the screen, and one HTML page to take home."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ui import notebook, site, text
from ui.site import Place

_STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}h2{margin-bottom:.2rem}p{margin:.3rem 0}"


@dataclass(frozen=True)
class Entry:
    """What was noted on one page: ``lines`` pair the name of a section of ``notebook.md`` with a sentence."""

    place: Place
    lines: tuple[tuple[str, str], ...]


def entries() -> list[Entry]:
    """All that was noted, in the order of the course."""
    found = [Entry(place, _lines(place.name)) for place in site.COURSE]
    return [entry for entry in found if entry.lines]


def _lines(page: str) -> tuple[tuple[str, str], ...]:
    found = notebook.note(page, "finding")
    return (
        *_answer(page, "prediction", asked="question", question="question", answer="predicted"),
        *((("found", found),) if found else ()),
        *_answer(page, "transfer", asked="transfer", question="more", answer="answered"),
    )


def _answer(page: str, field: str, *, asked: str, question: str, answer: str) -> tuple[tuple[str, str], ...]:
    """A question, section ``asked`` of its page, and what was answered; nothing if the page no longer has that answer."""
    words = text.sections(page)
    option = words.get(f"option-{notebook.note(page, field)}")
    return ((question, text.bare(words[asked])), (answer, text.bare(option))) if option else ()


def html(entries: Sequence[Entry], words: dict[str, str]) -> str:
    """One page that needs nothing else; whatever stands in the notes is shown as text."""
    parts = [f"<h1>{escape(words['page-title'])}</h1>"]
    for entry in entries:
        parts.append(f"<h2>{escape(entry.place.title)}</h2>")
        parts += [f"<p><b>{escape(words[name])}:</b> {escape(said)}</p>" for name, said in entry.lines]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(words["page-title"])}</title>'
    return f"<!doctype html><html lang='en'><head>{head}<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
