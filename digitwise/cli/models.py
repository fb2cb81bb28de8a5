"""`digitwise models`."""

from typing import Annotated, Any

import typer

from digitwise.cli.output import Json, emit, people, printable


def models(
    model: Annotated[
        str | None,
        typer.Argument(
            help="Name or model file; without it, all shipped networks.", metavar="[MODEL]"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the shipped networks, or the facts in a model file."""
    from digitwise.models.facts import as_words
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
                    shown = printable(as_words(key, value))
                    console.print(f"  {key.replace('_', ' '):<27}{shown}")


def _card(name: str) -> dict[str, Any]:
    from digitwise.models.facts import facts_of
    from digitwise.models.files import model_file, read_model
    from digitwise.models.shipped import find_model

    path = model_file(find_model(name))
    return {"model": name, **facts_of(read_model(path), name), "bytes": path.stat().st_size}
