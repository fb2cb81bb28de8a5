"""The user's folders: the cache, and folders that a user names by ~."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def user_cache() -> Path:
    """Return the user's folder for cached files, or `temporary_cache` of a user without a home.

    Raises
    ------
    FileNotFoundError
        If there is no folder for temporary files either.
    """
    import platformdirs

    with suppress(RuntimeError):  # no home; older versions return "~/.cache"
        cache = Path(platformdirs.user_cache_dir("digitwise", appauthor=False))
        if cache.is_absolute():
            return cache
    return temporary_cache()


def temporary_cache() -> Path:
    """Return a folder among the temporary files, with the user's number in its name.

    Raises
    ------
    FileNotFoundError
        If there is no folder for temporary files.
    """
    user = os.geteuid() if hasattr(os, "geteuid") else "user"
    return Path(tempfile.gettempdir()) / f"digitwise-{user}"


def expanded(name: str | Path) -> Path:
    """Return a path with its ~ or ~user replaced; left as it is if there is no such user."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)
