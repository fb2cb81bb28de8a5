"""digitwise: learns to recognise handwritten digits from first principles, and reads numbers."""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from digitwise.costs import COSTS
    from digitwise.data.deform import DEFORMATIONS, Deformation, deform
    from digitwise.data.digits import NO_DIGIT, Digits
    from digitwise.data.sources import load
    from digitwise.descent import Descent, descend
    from digitwise.engines.predictor import Predictor
    from digitwise.errors import DigitwiseError
    from digitwise.models.files import load_model, save
    from digitwise.network import Network
    from digitwise.neurons import ACTIVATIONS, Perceptron, SigmoidNeuron, sigmoid
    from digitwise.reading.reader import Reader
    from digitwise.training.evaluation import evaluate
    from digitwise.training.fit import fit
    from digitwise.training.history import History
    from digitwise.training.many import Job, fit_many

# Where each public name lives: imported when first used, so that `import digitwise` is instant.
_HOMES = {
    "ACTIVATIONS": "neurons",
    "COSTS": "costs",
    "DEFORMATIONS": "data.deform",
    "Deformation": "data.deform",
    "Descent": "descent",
    "DigitwiseError": "errors",
    "Digits": "data.digits",
    "History": "training.history",
    "NO_DIGIT": "data.digits",
    "Network": "network",
    "Perceptron": "neurons",
    "Predictor": "engines.predictor",
    "Reader": "reading.reader",
    "SigmoidNeuron": "neurons",
    "deform": "data.deform",
    "descend": "descent",
    "evaluate": "training.evaluation",
    "Job": "training.many",
    "fit": "training.fit",
    "fit_many": "training.many",
    "load": "data.sources",
    "load_model": "models.files",
    "save": "models.files",
    "sigmoid": "neurons",
}

__all__ = [
    "ACTIVATIONS",
    "COSTS",
    "DEFORMATIONS",
    "NO_DIGIT",
    "Deformation",
    "Descent",
    "Digits",
    "DigitwiseError",
    "History",
    "Job",
    "Network",
    "Perceptron",
    "Predictor",
    "Reader",
    "SigmoidNeuron",
    "__version__",
    "deform",
    "descend",
    "evaluate",
    "fit",
    "fit_many",
    "load",
    "load_model",
    "save",
    "sigmoid",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'digitwise' has no attribute {name!r}")
    value = getattr(import_module(f"digitwise.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names, imported or not."""
    return sorted(__all__)
