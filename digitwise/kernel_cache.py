"""Disk cache of compiled kernels: a machine compiles a kernel once, and again if its code changes.

Numba's own cache has three faults. It checks a kernel's own file only, not imported files that are
compiled into it. Two processes that fill it at the same time may exchange their files. Without a
folder that it can write to, nothing compiles. Here each kernel has its own file, whose name holds a
hash of the code, the versions and the signature.
"""

import inspect
import logging
import os
import pickle
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core import config
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from digitwise.errors import DigitwiseError
from digitwise.files import write_atomically
from digitwise.user_folders import temporary_cache, user_cache

PACKAGE = Path(__file__).parent
IMPORT = re.compile(r"^\s*(?:from|import) digitwise\.([\w.]+)", re.MULTILINE)
VERSIONS = f"{sys.version} {numba.__version__} {llvmlite.__version__}"
ENDING = ".kernel"
ADVICE = (
    "found no folder for compiled kernels that can be written to: every process will compile them "
    "anew, for about a minute; name a folder in NUMBA_CACHE_DIR"
)
logger = logging.getLogger("digitwise")


class KernelCache(_Cache):  # type: ignore[misc]
    """The compiled versions of one function, a file for each signature and processor.

    Parameters
    ----------
    function : callable
        Function at the top level of a module of this package.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._source = Path(inspect.getfile(function))
        self._name = f"{self._source.stem}.{function.__qualname__}"

    @property
    def cache_path(self) -> str | None:
        """Folder of the cache, as Numba's statistics show it."""
        folder = folder_of(self._source.parent)
        return str(folder) if folder else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel of a signature; None if its file is missing or damaged."""
        target_context.refresh()
        path, key = self._path_and_key(sig, target_context.codegen())
        if path is None:
            return None
        try:
            kept, payload = pickle.loads(path.read_bytes())
            return CompileResult._rebuild(target_context, *payload) if kept == key else None
        except FileNotFoundError:
            return None
        except Exception as error:  # a damaged pickle may raise anything
            logger.debug("%s is compiled anew: %r", path, error)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write the compiled kernel of a signature; skip it if the file can't be written."""
        path, key = self._path_and_key(sig, data.codegen)
        if path is None or data.library.has_dynamic_globals:
            return
        stem = path.name.removesuffix(ENDING).rpartition(".")[0]
        try:
            write_atomically(path, dumps((key, data._reduce())))
            for other in path.parent.glob(f"{self._name}.*{ENDING}"):
                if not other.name.startswith(f"{stem}."):
                    other.unlink()  # compiled from earlier code
        except (DigitwiseError, OSError) as error:
            logger.debug("%s is not kept: %s", path, error)

    def enable(self) -> None:
        """Do nothing: the cache is always enabled."""

    def disable(self) -> None:
        """Do nothing: the cache can't be disabled."""

    def flush(self) -> None:
        """Do nothing: kernels are written at once."""

    def _path_and_key(self, sig: Any, codegen: Any) -> tuple[Path | None, tuple[str, ...]]:
        folder = folder_of(self._source.parent)
        made_of = code_of(self._source)
        key = (self._name, made_of, repr(sig), repr(codegen.magic_tuple()))
        digest = sha256("\n".join(key).encode()).hexdigest()
        name = f"{self._name}.{sys.implementation.cache_tag}-{made_of[:12]}.{digest[:16]}{ENDING}"
        return folder / name if folder else None, key


@cache
def code_of(source: Path) -> str:
    """Return the SHA-256 of a module, of the modules it imports, and of the versions of Numba."""
    digest = sha256(VERSIONS.encode())
    for path in sorted(files_of(source)):
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_of(source: Path) -> set[Path]:
    """Return a module's file and those of this package's modules that it imports, transitively.

    This module is left out: it doesn't affect compilation.
    """
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path not in found and path != Path(__file__):
            found.add(path)
            waiting += _imported(path.read_text(encoding="utf-8"))
    return found


def _imported(code: str) -> Iterator[Path]:
    """Yield the files of this package's modules that the code imports."""
    for name in IMPORT.findall(code):
        path = PACKAGE.joinpath(*name.split("."))
        yield from (p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists())


@cache
def folder_of(package: Path) -> Path | None:
    """Return the folder for the kernels of a package; None, after a warning, if there is none.

    It is the first candidate that can be written to: the folder in NUMBA_CACHE_DIR, if set, or else
    `__pycache__` beside the code; the user's cache; a folder for temporary files. The last two must
    be private to the user, since cached code is run.
    """
    own = f"{package.name}-{sha256(str(package).encode()).hexdigest()[:12]}"
    if config.CACHE_DIR:
        if _can_be_written(Path(config.CACHE_DIR) / own):
            return Path(config.CACHE_DIR) / own
    elif _can_be_written(package / "__pycache__"):
        return package / "__pycache__"
    for private in _private_folders():
        if _is_private(private) and _can_be_written(private / own):
            return private / own
    _advise()
    return None


def _private_folders() -> Iterator[Path]:
    with suppress(OSError):  # no folder for temporary files
        yield user_cache() / "kernels"
        yield temporary_cache() / "kernels"


def _is_private(folder: Path) -> bool:
    """Make the folder; tell whether the user owns it and nobody else may write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True  # on Windows both folders are in the user's profile
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.geteuid() and not told.st_mode & 0o022


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


@cache
def _advise() -> None:
    logger.warning(ADVICE)
