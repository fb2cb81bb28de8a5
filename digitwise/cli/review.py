"""`digitwise review`."""

from pathlib import Path
from typing import Annotated

import typer

from digitwise.cli.output import complain, people


def review(
    table: Annotated[
        Path,
        typer.Argument(
            help="Table written by `digitwise read -o`: .csv, .tsv, .xlsx or .jsonl.",
            metavar="TABLE",
        ),
    ],
    fields: Annotated[
        Path | None,
        typer.Option(
            help="Description that the forms were read with; each field is then shown.",
            metavar="FILE.toml",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Model file, or name of a shipped network.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is any free one.")] = 0,
    models: Annotated[
        Path, typer.Option(help="Folder for networks trained on corrections.", metavar="DIR")
    ] = Path("models"),
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Correct a table of readings in the browser, the least sure number first.

    Each correction is saved at once beside the table (TABLE.review), then written into it and into
    TABLE.corrections.jsonl, which `digitwise learn` takes.
    """
    from digitwise.cli.serve import need_web, run_app
    from digitwise.review.contents import check_kind

    check_kind(table)
    need_web()
    from digitwise.models.shipped import DEFAULT
    from digitwise.reading.forms.description import load_form
    from digitwise.reading.reader import Reader
    from digitwise.review.review import Review
    from digitwise.web.app import make_app

    reader = Reader(model)
    found = Review(table, reader, load_form(fields) if fields else None)
    run_app(
        lambda hosts, token: make_app(
            reader, model or DEFAULT, models=models, hosts=hosts, token=token, in_review=found
        ),
        host,
        port,
        room="review.html",
        show=show,
    )
    progress = found.progress()
    said = f"{progress.decided:,} of {progress.items:,} numbers looked at; {table}"
    if found.unwritten:
        complain(f"{said} was not written: {found.problem}")
        raise typer.Exit(1)
    people(False).print(
        f"{said} has every decision{_but(found.written.by_hand)}; {progress.wrong:.1f} of the "
        "others expected wrong"
    )


def _but(by_hand: int) -> str:
    """Return the exception for cells that hold a text that is no number."""
    return f" but {by_hand:,}, changed by hand into no number, which stay" if by_hand else ""
