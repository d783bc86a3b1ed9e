"""How many files and connections a process may hold open."""

import subprocess
import sys

import pytest

RAISED = """
import resource
from jobs.descriptors import allow_many
allow_many()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "allowed"), [(256, 4096, (4096, 4096)), (256, 20_000, (8192, 20_000)), (9000, 20_000, (9000, 20_000))]
)
def test_the_limit_is_raised_as_far_as_the_system_lets_it(soft, hard, allowed):
    import resource

    def confine():
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    told = subprocess.check_output([sys.executable, "-c", RAISED], preexec_fn=confine, text=True)
    assert tuple(map(int, told.split())) == allowed
