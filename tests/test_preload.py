"""What a worker of our own imports before the first run comes: what runs need, and no more."""

import subprocess
import sys
from pathlib import Path

import pytest
import small_sets

from jobs import preload

ROOT = Path(__file__).parent.parent


def test_updates_do_not_import_the_compiler_of_torch():
    """It takes as long as torch itself, and sympy comes with it."""
    code = "import sys; from jobs.preload import warm_up; warm_up(); print('torch' in sys.modules, 'torch._dynamo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["True", "False"], done.stderr[-2000:]


@pytest.mark.parametrize("there", [False, True])
def test_what_reads_mnist_is_imported_where_mnist_is(tmp_path, monkeypatch, there):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    if there:
        small_sets.write(tmp_path)
    asked = []
    monkeypatch.setattr(preload.importlib, "import_module", asked.append)
    preload.import_the_rest()
    assert ("torchvision.datasets" in asked) == there
    assert "sklearn.neighbors" in asked
