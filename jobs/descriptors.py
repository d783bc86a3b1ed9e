"""How many files and connections this process may hold open."""

import contextlib

MANY = 8192  # a browser takes some ten, and sessions that were left are kept for a while


def allow_many() -> None:
    """Raise this process's limit, as far as the system lets it: some systems begin with 256, which a class uses up."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MANY if hard == resource.RLIM_INFINITY else min(MANY, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
