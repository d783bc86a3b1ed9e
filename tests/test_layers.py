"""Imports go one way: pages → ui → jobs → vae_core; and the app process never loads torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("vae_core", "jobs", "ui", "pages")
FORBIDDEN = {
    "vae_core": {"jobs", "ui", "pages", "streamlit", "plotly", "dask", "distributed", "starlette"},
    "jobs": {"ui", "pages", "streamlit", "plotly", "starlette"},
    "ui": {"pages", "torch", "torchvision", "sklearn"},
    "pages": {"torch", "torchvision", "sklearn", "dask", "distributed"},
}


def imported(path):
    """Top-level names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer):
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files, f"{layer} is empty"
    wrong = [f"{path.relative_to(ROOT)} imports {name}" for path in files for name in set(imported(path)) & FORBIDDEN[layer]]
    assert not wrong


def test_the_rule_sees_a_breach(tmp_path):
    (tmp_path / "bad.py").write_text("def f():\n    from streamlit.web import cli\n    import ui.state as s\n")
    assert set(imported(tmp_path / "bad.py")) == {"streamlit", "ui"}


def test_the_port_opens_before_numpy_is_there():
    code = "import sys, app\nassert 'numpy' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_app_s_modules_leave_torch_out():
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for layer in ("jobs", "ui")
        for path in sorted((ROOT / layer).rglob("*.py"))
        if path.name not in {"__init__.py", "shell.py", "preload.py"}
    ]
    code = f"import sys, importlib\nfor name in {['app', *modules]!r}: importlib.import_module(name)\n"
    code += "bad = {'torch', 'torchvision', 'sklearn'} & set(sys.modules)\nassert not bad, bad"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
