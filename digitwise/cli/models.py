"""`digitwise models`."""

from typing import Annotated, Any

import typer

from digitwise.cli.output import Json, emit, people, percent, printable


def models(
    model: Annotated[
        str | None,
        typer.Argument(
            help="Name or model file; without it, all that are shipped.", metavar="[MODEL]"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the networks that are shipped, or what a model file says of itself."""
    from digitwise.models.shipped import shipped_models

    for name in shipped_models() if model is None else [model]:
        card = _card(name)
        if as_json:
            emit(card)
        else:
            console = people(as_json)
            console.print(f"{card['model']}")
            for key, value in card.items():
                if key != "model" and value is not None:
                    accuracy = key == "test_accuracy" and isinstance(value, float)
                    shown = percent(value) if accuracy else value
                    console.print(f"  {key.replace('_', ' '):<27}{printable(str(shown))}")


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


def _card(name: str) -> dict[str, Any]:
    from digitwise.models.cards import CARDS
    from digitwise.models.files import read_model
    from digitwise.models.shipped import find_model

    path = find_model(name)
    model = read_model(path)
    settings = model.training.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    calibration, weighing, card = model.calibration, model.weighing, CARDS.get(name)
    return {
        "model": name,
        "layers": "-".join(map(str, model.network.sizes)),
        "parameters": model.network.parameter_count,
        "activation": model.network.activation,
        "cost": model.network.cost,
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
        "bytes": path.stat().st_size,
    }
