"""Networks given to other programs, and taken from them; a file a format."""

from importlib import import_module
from pathlib import Path

from digitwise.errors import InputError
from digitwise.files import write_atomically, write_folder_atomically
from digitwise.models.facts import facts_of
from digitwise.models.files import Model
from digitwise.models.shipped import open_model, shipped_models
from digitwise.network import Network

FORMATS = ("onnx", "torch", "hub")
"""Each is a module here: `contents` is what an export holds, `is_export` knows one."""


def export(model: Network | Model | str | Path, to: str, path: str | Path) -> Path:
    """Write a network for other programs, atomically; return the path.

    Parameters
    ----------
    model : Network, Model, path, or name of a shipped network
    to : {"onnx", "torch", "hub"}
        A graph for ONNX Runtime and its like; a state dict for torch.nn.Sequential, in
        safetensors; a folder as the Hugging Face Hub has it. `docs/export.md` says what each holds.
    path : path
        A file; for "hub", a folder. What was exported so before is replaced, nothing else.

    Raises
    ------
    InputError
        If there is no such format, something else lies at `path`, or a package is not installed.
    ModelError
        If there is no such model, or it is not sound.
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
    # All of it but what a run goes on from, which is of no use to others.
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
