"""Tables as Parquet."""

from itertools import islice
from typing import Any, BinaryIO

from digitwise.cli.columns import Table
from digitwise.extras import need

LINES_AT_ONCE = 10_000  # written as one group


def library() -> Any:
    """Return PyArrow, with its module for Parquet.

    Raises
    ------
    ExtraError
        If PyArrow isn't installed.
    """
    need("pyarrow.parquet", "parquet", "a .parquet table")
    return need("pyarrow", "parquet", "a .parquet table")


def write_parquet(file: BinaryIO, table: Table) -> None:
    """Write a table, `LINES_AT_ONCE` lines at a time."""
    arrow = library()
    types = {str: arrow.string(), int: arrow.int32(), float: arrow.float64()}
    schema = arrow.schema([(name, types[kind]) for name, kind in table.columns.items()])
    lines = iter(table.lines)
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as out:
        while some := list(islice(lines, LINES_AT_ONCE)):
            columns = zip(*(line.cells for line in some), strict=True)
            arrays = [
                arrow.array(column, type=kind)
                for column, kind in zip(columns, schema.types, strict=True)
            ]
            out.write_table(arrow.table(arrays, schema=schema))
