"""The README's example of a model variant is all that one takes: it is carried out in a copy of the project, whose tests then judge it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COPIED = ("vae_core", "jobs", "ui", "pages", "content", "tests", "app.py", "pyproject.toml", ".streamlit")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
PART = re.compile(r"^# (\S+?\.\w+)(?:, in `?(\w+)`?[^:\n]*)?: .*\n", re.MULTILINE)
# Whose neighbour each line becomes.
BESIDE = {
    ("vae_core/build.py", "WEIGHED"): '    "contractive": lambda recipe: contraction,\n',
    ("vae_core/composition.py", "PENALTIES"): "PENALTIES = (",
    ("vae_core/recipes.py", "Recipe"): '"Weight of how much the code moves when the image does.", 0.0, 1000.0)\n',
    ("vae_core/recipes.py", "PRESETS"): "dataclasses.replace(AE, contractive=0.1)),\n",
    ("vae_core/kinds.py", "before"): '        "contractive": recipe.contractive,\n',
    ("ui/variants.py", "GROUPS"): '"WAE", ',
    ("ui/widgets.py", "_MORE"): '        lambda: _real("contractive", 0.1),\n',
    ("ui/diagram.py", "_TERMS"): '    "contractive": ("contraction", palette.SIGMA),\n',
    ("ui/history.py", "UNITLESS"): '"contractive", ',
    ("ui/components/latent_map/curves.js", "FURTHER"): "const FURTHER = {\n",
    ("tests/test_recipes.py", "changed"): '"contractive": 1.0,\n',
    ("tests/test_state.py", "GOOD"): '    "contractive": ("0.5", 0.5),\n',
}
TESTS = ("recipes", "state", "picker", "parties", "fused", "variants", "history", "bundle")
THOSE = "Sparse or sparsity or every or complete or kinds or diagrams_differ or penalties"


def parts():
    """What the README says to write, and where: (file, list in it) → text."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("### Add a model variant\n")[2].partition("\n### ")[0]
    found = {}
    for block in BLOCK.findall(section):
        pieces = PART.split(block)[1:]
        found |= {(pieces[at], pieces[at + 1]): pieces[at + 2].rstrip() + "\n" for at in range(0, len(pieces), 3)}
    return found


@pytest.fixture
def copy(tmp_path):
    """The project with the variant in it."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    (tmp_path / "pretrained").mkdir()
    for (file, where), text in parts().items():
        path = tmp_path / file
        path.write_text(_with(path.read_text(encoding="utf-8"), text, BESIDE.get((file, where))), encoding="utf-8")
    build = tmp_path / "vae_core/build.py"
    build.write_text(build.read_text(encoding="utf-8").replace("contraction, mmd,", "contraction, mmd, sparsity,"), encoding="utf-8")
    return tmp_path


def _with(body, text, neighbour):
    """A file with a text in it: beside what stands in it once, else at its end."""
    if neighbour is None:
        return f"{body}\n\n{text}"
    assert body.count(neighbour) == 1, neighbour
    return body.replace(neighbour, neighbour + (text if neighbour.endswith("\n") else f"{text.strip()} "))


def test_every_part_of_the_example_has_its_place():
    assert set(parts()) == {*BESIDE, ("vae_core/regularizers.py", None), ("content/en/losses.md", None)}


def test_the_example_is_all_that_a_variant_takes(copy):
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *(f"tests/test_{name}.py" for name in TESTS), "-k", THOSE]
    done = subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
