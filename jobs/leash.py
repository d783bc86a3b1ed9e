"""Preload of the embedded scheduler and nannies: they end when the app process is gone, however that ended, and their workers too."""

import asyncio
import os
from typing import Any

INTERVAL = 1.0  # seconds


async def dask_setup(server: Any) -> None:
    """Called by Dask in the process of a scheduler or nanny."""
    os.setpgrp()  # Ctrl-C is for the app, which ends us in good order; of a worker, multiprocessing would make it heard again
    server.latent_lab_leash = asyncio.create_task(_watch(os.getppid()))  # kept, or it would be collected


async def _watch(parent: int) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(INTERVAL)
    os._exit(0)
