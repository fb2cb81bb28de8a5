"""`digitwise data`: list, fetch, verify, info."""

from typing import Annotated, Any

import typer

from digitwise.cli.logs import logged
from digitwise.cli.output import DATA_HELP, DataDir, Json, emit, people

data = typer.Typer(help="Sets of digits: list, fetch, verify, info.", no_args_is_help=True)


@data.command("list")
@logged
def list_(data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the sets of digits, and where they are."""
    from digitwise.data.sources import mnist_folder

    folder = mnist_folder(data_dir)
    rows: list[dict[str, Any]] = [
        {"data": "mnist", "at_hand": folder is not None, "where": folder and str(folder)},
        {"data": "digits", "at_hand": True, "where": "bundled with scikit-learn"},
    ]
    from digitwise.data.catalogue import KNOWN, find_collection
    from digitwise.errors import DataError

    for name, known in KNOWN.items():
        try:
            where: str | None = str(find_collection(name, data_dir))
        except DataError:
            where = None
        about = {"origin": known.origin, "terms": known.terms}
        rows.append({"data": name, "at_hand": where is not None, "where": where, **about})
    for row in rows:
        if as_json:
            emit(row)
        else:
            absent = "not here yet: digitwise data fetch"
            if "origin" in row:
                absent = f"not here: {row['origin']}"
            terms = f" (terms: {row['terms']})" if "terms" in row else ""
            people(as_json).print(f"{row['data']:<20}{row['where'] or absent}{terms}")


@data.command()
@logged
def fetch(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Download MNIST into --data-dir or the cache; files that are verified stay."""
    from digitwise.data.download import fetch as download
    from digitwise.data.sources import named_folder

    paths = download(named_folder(data_dir), progressbar=True)
    if as_json:
        emit({"data": "mnist", "files": [str(path) for path in paths]})
    people(as_json).print(f"MNIST is in {paths[0].parent}, all four files verified")


@data.command()
@logged
def verify(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Check MNIST's four files against their SHA-256."""
    from digitwise.data import mnist
    from digitwise.data.sources import mnist_folder
    from digitwise.errors import DataError

    folder = mnist_folder(data_dir)
    if folder is None:
        raise DataError("MNIST is not on this machine: digitwise data fetch downloads it")
    paths = mnist.verify(folder)
    if as_json:
        emit({"data": "mnist", "verified": True, "files": [str(path) for path in paths]})
    people(as_json).print(f"{folder}: all four files are MNIST's")


@data.command()
@logged
def info(
    name: Annotated[str, typer.Argument(help=DATA_HELP, metavar="[SET]")] = "auto",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show a set of digits: counts by label, and the SHA-256."""
    import numpy as np

    from digitwise.cli.loading import load_digits
    from digitwise.data.sources import resolve

    name = resolve(name, data_dir)
    for part, digits in zip(("train", "test"), load_digits(name, data_dir), strict=True):
        counts = np.bincount(digits.labels, minlength=10).tolist()
        card = {
            "data": name,
            "part": part,
            "n": len(digits),
            "counts": counts,
            "source": digits.source,
            "sha256": digits.sha256(),
        }
        if as_json:
            emit(card)
        else:
            console = people(as_json)
            console.print(f"{name}, {part}: {len(digits):,} digits from {digits.source}")
            console.print("  of each: " + "  ".join(f"{d}: {n:,}" for d, n in enumerate(counts)))
            console.print(f"  SHA-256 of images and labels: {card['sha256']}")
