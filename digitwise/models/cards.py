"""What is to be known of a network: what its file says, and of a shipped one what it doesn't."""

from dataclasses import dataclass
from typing import Any

from digitwise.models.files import Model


@dataclass(frozen=True)
class Card:
    """Of one shipped network.

    Attributes
    ----------
    commit : str
        Of this project, that it was trained at.
    cores : int
        That it was trained on: sums, and so the last bits of weights, depend on their number.
    limits : str
        What it is not good at.
    """

    commit: str
    cores: int
    limits: str


CARDS = {
    "reader": Card(
        commit=(
            "24e7ef3 to 375e81d; start.safetensors is the network that was shipped at ea7cf41, "
            "and docs/learning.md has the runs that followed"
        ),
        cores=2,
        limits=(
            "digits upright within 20 degrees; probabilities hold within a point for hands like "
            "those of the sets that it learnt from, and thresholds of numbers for drawn numbers; "
            "a slash that looks like the number's ones may be read as a 1, ruler-straight ones on "
            "their own as printed lines; the right half of a 2, 3 or 7, on its own, may pass for a "
            "whole digit"
        ),
    ),
}


def facts_of(model: Model, name: str | None = None) -> dict[str, Any]:
    """Return the facts of a model's card; None for what is not known.

    `name` counts if it is that of a shipped network. What the file says of its run is passed on as
    it is: nothing of it has been checked.
    """
    settings = model.training.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    calibration, weighing, card = model.calibration, model.weighing, CARDS.get(name or "")
    return {
        "layers": "-".join(map(str, model.network.sizes)),
        "parameters": model.network.parameter_count,
        "activation": model.network.activation,
        "cost": model.network.cost,
        "origin": model.training.get("origin"),
        "data": settings.get("data"),
        "also": "; ".join(_sources(settings.get("also"))) or None,
        "seed": settings.get("seed"),
        "command": model.training.get("command"),
        "train_n": model.training.get("train_n"),
        "test_n": model.results.get("test_n"),
        "test_accuracy": model.results.get("test_accuracy"),
        "calibration": calibration
        and f"temperature {calibration.temperature:g}, bias {calibration.bias:g}, "
        f"from {calibration.source}",
        "least_max_error": calibration and round(calibration.least_error, 5),
        "least_max_error_of_numbers": weighing and round(weighing.numbers.least_error, 5),
        "commit": card and card.commit,
        "cores": card and card.cores,
        "limits": card and card.limits,
    }


def _sources(also: object) -> list[str]:
    """Say of each set that was mixed in where it is from, and its terms."""
    from digitwise.data.catalogue import KNOWN
    from digitwise.data.others import split_share

    texts = [text for text in also if isinstance(text, str)] if isinstance(also, list) else []
    names = [split_share(text)[0] for text in texts]
    return [
        f"{name} ({KNOWN[name].origin}; terms: {KNOWN[name].terms})" if name in KNOWN else name
        for name in names
    ]
