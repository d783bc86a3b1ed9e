"""Where things are, and how much may run at once. The environment decides; the defaults lie in the project's folder."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vae_core.own_limits import MEGA

ROOT = Path(__file__).resolve().parent.parent
TRUST = ("LATENT_LAB_TRUST_NETWORK", "nobody-else-can-reach-it")
MAX_ACTIVE = 8  # runs that train at once, whatever the size of the cluster; the rest wait in line

MAX_RUNS_EACH = 24  # runs that one student may have in training or in line
MAX_RUNS = 400  # the same for all together


@dataclass(frozen=True)
class Share:
    """How much may be kept: so many things, and so many bytes of disk."""

    count: int
    bytes: int


def runs_each() -> Share:
    """The stored runs of one student at most: ``LATENT_LAB_RUNS_EACH`` runs of ``LATENT_LAB_RUNS_EACH_MB`` megabytes together.

    Raises:
        ValueError: if the environment says something else than a whole number above 0; so do the functions below.
    """
    return Share(_whole("LATENT_LAB_RUNS_EACH", 100), MEGA * _whole("LATENT_LAB_RUNS_EACH_MB", 1_000))


def runs_of_all() -> Share:
    """All stored runs at most: ``LATENT_LAB_RUNS_ALL`` runs of ``LATENT_LAB_RUNS_ALL_MB`` megabytes together."""
    return Share(_whole("LATENT_LAB_RUNS_ALL", 3_000), MEGA * _whole("LATENT_LAB_RUNS_ALL_MB", 10_000))


def uploads_each() -> int:
    """Bytes that one student's pictures and uploaded models may take: ``LATENT_LAB_UPLOADS_EACH_MB`` megabytes."""
    return MEGA * _whole("LATENT_LAB_UPLOADS_EACH_MB", 300)


def uploads_of_all() -> int:
    """Bytes that everybody's pictures and uploaded models may take: ``LATENT_LAB_UPLOADS_ALL_MB`` megabytes."""
    return MEGA * _whole("LATENT_LAB_UPLOADS_ALL_MB", 3_000)


def runs_folder() -> Path:
    """Where runs are kept: ``LATENT_LAB_RUNS``, else ``runs/``."""
    return _folder("LATENT_LAB_RUNS", "runs")


def results_folder() -> Path:
    """Where the results of experiments are kept: beside the runs that they are made from."""
    return runs_folder() / ".results"


def data_folder() -> Path:
    """Where downloaded data sets are kept: ``LATENT_LAB_DATA``, else ``data/``."""
    return _folder("LATENT_LAB_DATA", "data")


def pretrained_folder() -> Path:
    """The recordings that come with the project."""
    return ROOT / "pretrained"


def scheduler_address() -> str | None:
    """Address of a running Dask scheduler, as ``tcp://host:8786``: ``LATENT_LAB_SCHEDULER``; None for a cluster of our own."""
    return os.environ.get("LATENT_LAB_SCHEDULER") or None


def network_is_trusted() -> bool:
    """Whether somebody said in so many words that nobody else can reach the network of an unencrypted scheduler."""
    return os.environ.get(TRUST[0]) == TRUST[1]


def _folder(variable: str, default: str) -> Path:
    return _resolved(os.environ.get(variable) or str(ROOT / default))


@cache
def _resolved(path: str) -> Path:
    """Asked for dozens of times a page, and answered by as many looks at the disk as there are folders on the way."""
    return Path(path).expanduser().resolve()


def check() -> None:
    """Read all numbers once, so that a mistake in one of them is told when the lab starts.

    Raises:
        ValueError: if the environment says something else than a whole number above 0.
    """
    for read in (runs_each, runs_of_all, uploads_each, uploads_of_all):
        read()


def _whole(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"{variable} must be a whole number above 0, not {value[:40]!r}.")
    return int(value)
