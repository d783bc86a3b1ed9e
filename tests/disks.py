"""Disks that a test can fill or lock: a small one of its own where the machine allows that, else a pretence at the point of writing."""

import contextlib
import errno
import os
import shutil
import subprocess

import pytest

SIZE = 24 << 20


class RealDisk:
    """A memory disk of 24 MB."""

    def __init__(self, root):
        self.root = root
        _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", root)

    def fill(self):
        with open(self.root / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(1 << 12))
        assert shutil.disk_usage(self.root).free == 0

    def lock(self):
        _run("mount", "-o", "remount,ro", self.root)

    def mend(self):
        _run("mount", "-o", "remount,rw", self.root)
        (self.root / "filler").unlink(missing_ok=True)

    def close(self):
        _run("umount", "--lazy", self.root)


class PretendedDisk:
    """A folder where no file can be begun while the disk is full or locked."""

    def __init__(self, root, monkeypatch):
        self.root, self._monkeypatch = root, monkeypatch

    def fill(self):
        self._refuse(errno.ENOSPC)

    def lock(self):
        self._refuse(errno.EROFS)

    def mend(self):
        self._monkeypatch.undo()

    def close(self):
        pass

    def _refuse(self, number):
        def begun(path):
            raise OSError(number, os.strerror(number))

        self._monkeypatch.setattr("vae_core.files._begun", begun)


def _run(*command):
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(params=["real", "pretended"])
def disk(request, tmp_path):
    root = tmp_path / "disk"
    root.mkdir()
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            disk = RealDisk(root) if request.param == "real" else PretendedDisk(root, monkeypatch)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no disk may be mounted here")
        yield disk
        disk.close()
