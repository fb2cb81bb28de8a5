"""The errors that digitwise raises: what was expected, what was found, what to do."""

from collections.abc import Collection


class DigitwiseError(Exception):
    """Base of every error that a user can cause; the command line prints it as one line."""


class InputError(DigitwiseError, ValueError):
    """An argument has the wrong shape, type or range."""


class ExtraError(InputError, ImportError):
    """A package is needed that comes with an extra: the message has the command to install it."""


class RangeError(InputError, IndexError):
    """There is nothing at a position: it is outside a set."""


class DataError(DigitwiseError):
    """A set of digits is missing, damaged or not what its header says."""


class ImageError(DigitwiseError):
    """A picture can't be opened, or is beyond the limits."""


class ModelError(DigitwiseError):
    """A model file is missing, damaged or not a model file."""


class StoppedError(DigitwiseError):
    """The user stopped a command; what it had done is saved, and the message says where."""


class TrainingError(DigitwiseError):
    """Training can't go on: its numbers have left the finite ones."""


def one_of(what: str, name: object, known: Collection[str]) -> str:
    """Return a name that is among the known ones.

    Raises
    ------
    InputError
        If it isn't.
    """
    if not isinstance(name, str) or name not in known:
        raise InputError(f"unknown {what} {name!r}; expected one of: {', '.join(known)}")
    return name
