"""The shipped networks, by name."""

from pathlib import Path

from digitwise.errors import ModelError
from digitwise.models.files import Model, read_model

DEFAULT = "reader"
FOLDER = Path(__file__).parent


def shipped_models() -> list[str]:
    """Return the names of the shipped networks, the default first."""
    names = sorted(path.stem for path in FOLDER.glob("*.safetensors"))
    return sorted(names, key=lambda name: name != DEFAULT)


def find_model(name: str | Path | None = None) -> Path:
    """Return the path of a model (see `read_model`) or of a shipped one; the default for None.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    name = DEFAULT if name is None else name
    if str(name) in shipped_models():
        return FOLDER / f"{name}.safetensors"
    if str(name) and Path(name).exists():
        return Path(name)
    raise ModelError(
        f"no model {str(name)!r}: expected a model file, a folder with one, or a shipped network "
        f"({', '.join(shipped_models())})"
    )


def open_model(name: str | Path | None = None) -> Model:
    """Read a model file or a shipped network; None means the shipped default.

    Raises
    ------
    ModelError
        If there is no such model, or the file is damaged.
    """
    return read_model(find_model(name))
