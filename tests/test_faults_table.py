"""The table of faults names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "faults.md").read_text()


def test_every_test_in_the_table_exists():
    named = re.findall(r"`(test_\w+)\.(test_\w+)`", TABLE)
    assert len(named) > 15
    for module, test in named:
        assert f"def {test}(" in (ROOT / "tests" / f"{module}.py").read_text(), f"{module}.{test}"


def test_every_injected_fault_is_in_the_table():
    tests = re.findall(r"^def (test_\w+)\(", (ROOT / "tests" / "test_faults.py").read_text(), re.MULTILINE)
    assert not [test for test in tests if f".{test}`" not in TABLE]
