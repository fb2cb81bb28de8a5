"""Where compiled kernels are kept: a machine compiles each once, and again once its code changes.

Numba's own cache knows a kernel by the file that it is in, not by those that are compiled into it;
two processes that fill it at once may take each other's file for theirs; and where it finds no
folder to write to, nothing can be compiled. Here each kernel is a file of its own, named by all
that it was made of.
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
from platformdirs import user_cache_dir

from digitwise.errors import DigitwiseError
from digitwise.files import write_atomically

PACKAGE = Path(__file__).parent
IMPORT = re.compile(r"^\s*(?:from|import) digitwise\.([\w.]+)", re.MULTILINE)
VERSIONS = f"{sys.version} {numba.__version__} {llvmlite.__version__}"
ENDING = ".kernel"
ADVICE = (
    "every process compiles its kernels anew, which takes it a minute: no folder to keep them in "
    "can be written to; name one in NUMBA_CACHE_DIR"
)
logger = logging.getLogger("digitwise")


class KernelCache(_Cache):  # type: ignore[misc]
    """Keeps what Numba compiles of one function, a file for each signature and processor.

    Parameters
    ----------
    function : callable
        Of a module of this package, at its top level.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._source = Path(inspect.getfile(function))
        self._name = f"{self._source.stem}.{function.__qualname__}"

    @property
    def cache_path(self) -> str | None:
        """The folder, as Numba's statistics show it."""
        folder = folder_of(self._source.parent)
        return str(folder) if folder else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled for a signature; None if it wasn't, or its file is damaged."""
        target_context.refresh()
        path, key = self._path_and_key(sig, target_context.codegen())
        if path is None:
            return None
        try:
            kept, payload = pickle.loads(path.read_bytes())
            return CompileResult._rebuild(target_context, *payload) if kept == key else None
        except FileNotFoundError:
            return None
        except Exception as error:  # damaged: whatever a pickle may raise
            logger.debug("%s is compiled anew: %r", path, error)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature; a disk that is full keeps nothing."""
        path, key = self._path_and_key(sig, data.codegen)
        if path is None or data.library.has_dynamic_globals:
            return
        stem = path.name.removesuffix(ENDING).rpartition(".")[0]
        try:
            write_atomically(path, dumps((key, data._reduce())))
            for other in path.parent.glob(f"{self._name}.*{ENDING}"):
                if not other.name.startswith(f"{stem}."):
                    other.unlink()  # of an earlier version of the code
        except (DigitwiseError, OSError) as error:
            logger.debug("%s is not kept: %s", path, error)

    def enable(self) -> None:
        """It always is."""

    def disable(self) -> None:
        """It can't be."""

    def flush(self) -> None:
        """Nothing is held back."""

    def _path_and_key(self, sig: Any, codegen: Any) -> tuple[Path | None, tuple[str, ...]]:
        folder = folder_of(self._source.parent)
        made_of = code_of(self._source)
        key = (self._name, made_of, repr(sig), repr(codegen.magic_tuple()))
        digest = sha256("\n".join(key).encode()).hexdigest()
        name = f"{self._name}.{sys.implementation.cache_tag}-{made_of[:12]}.{digest[:16]}{ENDING}"
        return folder / name if folder else None, key


@cache
def code_of(source: Path) -> str:
    """SHA-256 of all that kernels of a module may compile in; and of Numba."""
    digest = sha256(VERSIONS.encode())
    for path in sorted(files_of(source)):
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_of(source: Path) -> set[Path]:
    """A module's file, those that it imports of this package, those that they do, and so on.

    But for this one: it doesn't say how anything is compiled.
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
    """Files of the modules of this package that code imports."""
    for name in IMPORT.findall(code):
        path = PACKAGE.joinpath(*name.split("."))
        yield from (p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists())


@cache
def folder_of(package: Path) -> Path | None:
    """Where the kernels of a package's folder are kept; None, with advice, if they can't be.

    In the folder that NUMBA_CACHE_DIR names; beside the code; in the user's cache; in a temporary
    folder that only the user may read, since what is kept there is run.
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
    with suppress(RuntimeError):  # no home; older versions of platformdirs say ~/.cache as it is
        cache = Path(user_cache_dir("digitwise", appauthor=False))
        if cache.is_absolute():
            yield cache / "kernels"
    with suppress(OSError):  # no folder at all for temporary files
        user = os.geteuid() if hasattr(os, "geteuid") else "kernels"
        yield Path(tempfile.gettempdir()) / f"digitwise-{user}"


def _is_private(folder: Path) -> bool:
    """Whether a folder is the user's own, once it is made, and nobody else may write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: both folders lie in the user's profile
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
