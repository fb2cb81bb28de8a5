"""digitwise learns to recognise handwritten digits from first principles, and reads numbers."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

__version__ = "1.0.0"

if TYPE_CHECKING:
    from digitwise.costs import COSTS
    from digitwise.data.deform import DEFORMATIONS, Deformation, deform
    from digitwise.data.digits import NO_DIGIT, Digits
    from digitwise.data.sources import load
    from digitwise.data.table import Table
    from digitwise.descent import Descent, descend
    from digitwise.engines.predictor import Predictor
    from digitwise.errors import DigitwiseError
    from digitwise.estimator import NetworkClassifier
    from digitwise.exchange import export
    from digitwise.exchange.torch import from_torch
    from digitwise.models.files import load_model, save
    from digitwise.network import Network
    from digitwise.neurons import ACTIVATIONS, Perceptron, SigmoidNeuron, sigmoid
    from digitwise.reading.reader import Reader
    from digitwise.settings import Settings
    from digitwise.training.best import BestModel
    from digitwise.training.callback import Callback
    from digitwise.training.checkpoint import Checkpoint
    from digitwise.training.evaluation import evaluate
    from digitwise.training.find_rate import find_learning_rate
    from digitwise.training.fit import fit
    from digitwise.training.history import History
    from digitwise.training.loop import Training
    from digitwise.training.many import Job, fit_many
    from digitwise.training.run import resume
    from digitwise.training.stopping import EarlyStopping

# Module of each public name, imported at first use so that `import digitwise` is fast.
_HOMES = {
    "ACTIVATIONS": "neurons",
    "BestModel": "training.best",
    "Callback": "training.callback",
    "Checkpoint": "training.checkpoint",
    "COSTS": "costs",
    "deform": "data.deform",
    "Deformation": "data.deform",
    "DEFORMATIONS": "data.deform",
    "descend": "descent",
    "Descent": "descent",
    "Digits": "data.digits",
    "DigitwiseError": "errors",
    "EarlyStopping": "training.stopping",
    "evaluate": "training.evaluation",
    "export": "exchange",
    "find_learning_rate": "training.find_rate",
    "fit": "training.fit",
    "fit_many": "training.many",
    "from_torch": "exchange.torch",
    "History": "training.history",
    "Job": "training.many",
    "load": "data.sources",
    "load_model": "models.files",
    "Network": "network",
    "NO_DIGIT": "data.digits",
    "NetworkClassifier": "estimator",
    "Perceptron": "neurons",
    "Predictor": "engines.predictor",
    "Reader": "reading.reader",
    "resume": "training.run",
    "save": "models.files",
    "Settings": "settings",
    "sigmoid": "neurons",
    "SigmoidNeuron": "neurons",
    "Table": "data.table",
    "Training": "training.loop",
}

__all__ = [
    "ACTIVATIONS",
    "COSTS",
    "DEFORMATIONS",
    "NO_DIGIT",
    "BestModel",
    "Callback",
    "Checkpoint",
    "Deformation",
    "Descent",
    "Digits",
    "DigitwiseError",
    "EarlyStopping",
    "History",
    "Job",
    "Network",
    "NetworkClassifier",
    "Perceptron",
    "Predictor",
    "Reader",
    "Settings",
    "SigmoidNeuron",
    "Table",
    "Training",
    "__version__",
    "deform",
    "descend",
    "evaluate",
    "export",
    "find_learning_rate",
    "fit",
    "fit_many",
    "from_torch",
    "load",
    "load_model",
    "resume",
    "save",
    "sigmoid",
]


if find_spec("sklearn") is None:  # `from digitwise import *` must not fail
    __all__.remove("NetworkClassifier")


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'digitwise' has no attribute {name!r}")
    value = getattr(import_module(f"digitwise.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return all public names, imported or not."""
    return sorted(__all__)
