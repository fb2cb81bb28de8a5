"""The errors that digitwise raises; a message says what was expected, found, and what to do."""

from collections.abc import Collection


class DigitwiseError(Exception):
    """Base class of all errors that a user can cause; the command line prints one line for each."""


class InputError(DigitwiseError, ValueError):
    """An argument has the wrong shape, type or range."""


class ExtraError(InputError, ImportError):
    """A package of an extra is missing; the message has the command that installs it."""


class RangeError(InputError, IndexError):
    """An index is outside a set of examples."""


class DataError(DigitwiseError):
    """A set of digits is missing or damaged, or contradicts its header."""


class ImageError(DigitwiseError):
    """A picture can't be opened, or exceeds a limit."""


class ModelError(DigitwiseError):
    """A model file is missing or damaged, or the file is no model."""


class StoppedError(DigitwiseError):
    """The user stopped a command; its results so far are saved, and the message says where."""


class TrainingError(DigitwiseError):
    """Training can't go on: cost or parameters are no longer finite."""


def one_of(what: str, name: object, known: Collection[str]) -> str:
    """Return the name if it is known; `what` says what it names.

    Raises
    ------
    InputError
        If the name is unknown.
    """
    if not isinstance(name, str) or name not in known:
        raise InputError(f"unknown {what} {name!r}; expected one of: {', '.join(known)}")
    return name


def reason_of(error: BaseException) -> str:
    """Return what an error of Python or a library says, as one line of at most 200 characters.

    Of an error of the system, such as "No space left on device", without number and file name.
    """
    said = getattr(error, "strerror", None) or str(error)
    return " ".join(said.split())[:200] or type(error).__name__
