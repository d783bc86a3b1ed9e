"""The style of every page, read once."""

from pathlib import Path

from ui import first_paint, ink

SHEET = f"<style>{first_paint.STYLE}{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}{ink.style()}</style>"
