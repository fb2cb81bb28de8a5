"""Tables for programs that read them by columns: Parquet."""

from itertools import islice
from typing import Any, BinaryIO

from digitwise.cli.columns import Table
from digitwise.extras import need

TOGETHER = 10_000  # lines that are written at a time


def library() -> Any:
    """PyArrow, with its module for Parquet.

    Raises
    ------
    ExtraError
        If it isn't installed.
    """
    need("pyarrow.parquet", "parquet", "a .parquet table")
    return need("pyarrow", "parquet", "a .parquet table")


def write_parquet(file: BinaryIO, table: Table) -> None:
    """Write a table, some thousand lines at a time."""
    arrow = library()
    types = {str: arrow.string(), int: arrow.int32(), float: arrow.float64()}
    schema = arrow.schema([(name, types[kind]) for name, kind in table.columns.items()])
    lines = iter(table.lines)
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as out:
        while some := list(islice(lines, TOGETHER)):
            columns = zip(*(line.cells for line in some), strict=True)
            arrays = [
                arrow.array(column, type=kind)
                for column, kind in zip(columns, schema.types, strict=True)
            ]
            out.write_table(arrow.table(arrays, schema=schema))
