"""Export of networks to other programs, and import from them; each format has a file."""

from importlib import import_module
from pathlib import Path

from digitwise.errors import InputError
from digitwise.files import write_atomically, write_folder_atomically
from digitwise.models.facts import facts_of
from digitwise.models.files import Model
from digitwise.models.shipped import open_model, shipped_models
from digitwise.network import Network

FORMATS = ("onnx", "torch", "hub")
"""Each is a module here: `contents` returns an export's content, `is_export` recognises one."""


def export(model: Network | Model | str | Path, to: str, path: str | Path) -> Path:
    """Write a network for other programs, atomically; return the path.

    Parameters
    ----------
    model : Network, Model, path, or name of a shipped network
    to : {"onnx", "torch", "hub"}
        "onnx" is a graph for ONNX Runtime and similar programs. "torch" is a state dict for
        torch.nn.Sequential, in safetensors. "hub" is a folder for the Hugging Face Hub.
        `docs/export.md` describes each.
    path : path
        A file; for "hub", a folder. Only an earlier export to the same format is replaced.

    Raises
    ------
    InputError
        If the format is unknown, anything else exists at `path`, or a package is not installed.
    ModelError
        If the model is missing or damaged.
    DigitwiseError
        If the file can't be written.
    """
    path = Path(path)
    if to not in FORMATS:
        raise InputError(f"expected a format of {', '.join(FORMATS)}; found {to!r:.50}")
    shipped, name = None, path.stem
    if isinstance(model, Network):
        model = Model(model)
    elif not isinstance(model, Model):
        shipped = str(model) if str(model) in shipped_models() else None
        name = Path(model).stem
        model = open_model(model)
    # Without the state of a run, which is of no use to other programs.
    model = Model(
        model.network, model.training, model.results, model.calibration, model.store,
        weighing=model.weighing,
    )  # fmt: skip
    format_ = import_module(f"digitwise.exchange.{to}")
    if path.exists() and not format_.is_export(path):
        raise InputError(
            f"{path} is there already, and is no earlier export to {to}: name another path, or "
            "move it away"
        )
    contents = format_.contents(model, name, facts_of(model, shipped))
    write = write_folder_atomically if isinstance(contents, dict) else write_atomically
    write(path, contents)
    return path
