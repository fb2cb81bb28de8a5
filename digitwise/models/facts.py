"""Facts about a model file's network, for people."""

from typing import TYPE_CHECKING, Any

from digitwise.data.catalogue import KNOWN
from digitwise.data.others import split_share
from digitwise.models.cards import CARDS
from digitwise.models.classes import KEY
from digitwise.typed_layers import layers_text
from digitwise.wording import percent

if TYPE_CHECKING:
    from digitwise.models.files import Model


def facts_of(model: "Model", name: str | None = None) -> dict[str, Any]:
    """Return layers, training, results and calibration; None for an unknown fact.

    The name of a shipped network adds the facts of its card. The file's statements about its run
    are passed on unchecked.
    """
    settings, network = _settings(model), model.network
    calibration, weighing, card = model.calibration, model.weighing, CARDS.get(name or "")
    return {
        "layers": layers_text(network.layout),
        "parameters": network.parameter_count,
        "second_network": weighing and weighing.second and layers_text(weighing.second.layout),
        "activation": network.activation,
        "cost": network.cost,
        "classes": _names(model),
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


def as_words(key: str, value: Any) -> str:
    """Return a fact as text for people."""
    share = key == "test_accuracy" and isinstance(value, float)
    return percent(value) if share else str(value)


def trained_on(model: "Model") -> str | None:
    """Return a line with the training digits and the test accuracy; None without the former."""
    settings = _settings(model)
    data, also = settings.get("data"), settings.get("also")
    if not isinstance(data, str):
        return None
    more = f" and {len(also)} other sets" if isinstance(also, list) and also else ""
    n, tested = model.training.get("train_n"), model.results.get("test_n")
    count = f"{n:,} digits of " if isinstance(n, int) else ""
    accuracy = model.results.get("test_accuracy")
    if not isinstance(accuracy, float) or not isinstance(tested, int):
        return f"{count}{data}{more}"
    return f"{count}{data}{more}; {percent(accuracy)} of {tested:,} test digits are right"


def _names(model: "Model") -> str | None:
    names = model.training.get(KEY)
    return ", ".join(str(name) for name in names) if isinstance(names, list) else None


def _settings(model: "Model") -> dict[str, Any]:
    settings = model.training.get("settings")
    return settings if isinstance(settings, dict) else {}


def _sources(also: object) -> list[str]:
    """Return name, origin and terms of each set that was mixed in."""
    texts = [text for text in also if isinstance(text, str)] if isinstance(also, list) else []
    names = [split_share(text)[0] for text in texts]
    return [
        f"{name} ({KNOWN[name].origin}; terms: {KNOWN[name].terms})" if name in KNOWN else name
        for name in names
    ]
