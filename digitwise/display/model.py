"""Display of a model: its network, its training, its results."""

from digitwise.display import network as of_network
from digitwise.display.html import block, paragraph, table
from digitwise.models.facts import as_words, facts_of
from digitwise.models.files import Model
from digitwise.wording import shortened

OF_LAYERS = {"layers", "parameters", "activation", "cost"}  # facts that the network shows already
MAX_CHARACTERS = 400  # of a fact


def describe(model: Model) -> str:
    """Return the network as a line, and a line for each known fact."""
    rows = [f"  {name:<27}{value}" for name, value in _rows(model)]
    return "\n".join([f"Model: {of_network.describe(model.network)}", *rows])


def as_html(model: Model) -> str:
    """Return the network's layers and a table of known facts, as HTML."""
    rows = _rows(model)
    known = table(None, rows, align="left") if rows else paragraph("its training is not known")
    return block(of_network.as_html(model.network), known)


def _rows(model: Model) -> list[tuple[str, str]]:
    found = {k: v for k, v in facts_of(model).items() if k not in OF_LAYERS and v is not None}
    words = {k.replace("_", " "): as_words(k, v) for k, v in found.items()}
    return [(name, shortened(text, MAX_CHARACTERS)) for name, text in words.items()]
