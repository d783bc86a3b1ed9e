"""The wheel over charts in space scrolls the page, as long as one is there."""

from pathlib import Path

from node import run_after

from ui import scrolling

SCRIPT = Path(scrolling.__file__).with_suffix(".js").read_text(encoding="utf-8").replace("export default function", "function mount")


def test_the_cleanup_of_a_call_that_was_overtaken_leaves_the_wheel_alone():
    answer = run_after(
        SCRIPT,
        """const heard = new Set();
        globalThis.document = { addEventListener: (kind) => heard.add(kind), removeEventListener: (kind) => heard.delete(kind) };
        const early = mount(), late = mount();
        early();
        const between = heard.size;
        late();
        return [between, heard.size];""",
    )
    assert answer == [1, 0]
