"""What went wrong in a worker, in words."""

import logging

logger = logging.getLogger(__name__)


def explain(error: BaseException | None) -> str:
    """What to tell people about an error that a worker's task ended with."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "The process that worked on this was ended several times, perhaps for want of memory. Try a smaller network."
    logger.error("A task failed", exc_info=error)
    return f"This failed with an error of the lab itself: {type(error).__name__}: {str(error)[:200]}"
