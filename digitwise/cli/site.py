"""`digitwise site`."""

from pathlib import Path
from typing import Annotated

import typer

from digitwise.cli.output import Json, emit, people, printable
from digitwise.cli.serve import need_web


def site(
    folder: Annotated[
        Path, typer.Argument(help="New folder, or one with an earlier demo.", metavar="FOLDER")
    ],
    gallery: Annotated[
        Path | None,
        typer.Option(
            help="Gallery of `digitwise lab all` for the lab's pages; without it, the short "
            "version is run: about half a minute.",
            metavar="DIR",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a static demo for any page host: drawing, the live network, ideas, the lab."""
    need_web()
    from digitwise.web.site import write_site

    size = write_site(folder, gallery)
    people(as_json).print(
        f"{printable(str(folder))}: {size / 1e6:.1f} MB; to look at it: python -m http.server -d "
        f"{printable(str(folder))}"
    )
    if as_json:
        emit({"folder": str(folder), "bytes": size})
