"""What was read, as the content of a file: CSV, JSON, JSON lines, text, hOCR or ALTO."""

import csv
import io
import json
from typing import Any

SUFFIXES = (".csv", ".json", ".jsonl", ".txt", ".hocr", ".alto")
COLUMNS = (
    "file",
    "page",
    "x0",
    "y0",
    "x1",
    "y1",
    "text",
    "confidence",
    "rejected",
    "error",
    "value",
)


def format_table(rows: list[dict[str, Any]], suffix: str, fields: list[str] | None = None) -> str:
    """Format rows as the suffix wants them.

    Parameters
    ----------
    rows : list of dict
        For each number what `Number.to_dict` gives, and its `file`; for a picture that could
        not be read `file` and `error`; for one without digits `file` alone, which only CSV
        shows, as an empty row.
    suffix : one of SUFFIXES
    fields : list of str, optional
        Names of a form's fields: CSV then has a row a page, and four columns a field: its text,
        with `?` for what is rejected, its confidence, the best guess, and why it is rejected.
    """
    from digitwise.cli.archives import shown_of, to_alto, to_hocr  # NumPy is slow to import

    if suffix == ".csv":
        return _csv(rows) if fields is None else _csv_of_forms(rows, fields)
    if suffix in (".hocr", ".alto"):
        return to_hocr(rows) if suffix == ".hocr" else to_alto(rows)
    read = [row for row in rows if "text" in row or "error" in row]
    if suffix == ".json":
        return json.dumps(read, indent=1) + "\n"
    if suffix == ".jsonl":
        return "".join(json.dumps(row) + "\n" for row in read)
    return "".join(f"{shown_of(row)}\n" for row in read if "text" in row)


def _csv(rows: list[dict[str, Any]]) -> str:
    content = io.StringIO()
    table = csv.DictWriter(content, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for row in rows:
        box = dict(zip(("x0", "y0", "x1", "y1"), row.get("bbox", ()), strict=False))
        table.writerow({**row, **box})
    return content.getvalue()


def _csv_of_forms(rows: list[dict[str, Any]], fields: list[str]) -> str:
    from digitwise.cli.archives import shown_of

    pages: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        page = pages.setdefault((row["file"], row.get("page", 0)), {"file": row["file"]})
        page["page"] = row.get("page", 0)
        if "error" in row:
            page["error"] = row["error"]
        if (
            "text" in row and row.get("field") in fields
        ):  # the form may have had others when a batch began
            page[row["field"]] = shown_of(row)
            page[f"{row['field']} confidence"] = row["confidence"]
            page[f"{row['field']} guess"] = row["text"]
            page[f"{row['field']} rejected"] = _why(row)
    content = io.StringIO()
    parts = ("", " confidence", " guess", " rejected")
    columns = [f"{name}{part}" for name in fields for part in parts]
    table = csv.DictWriter(content, ["file", "page", *columns, "error"], lineterminator="\n")
    table.writeheader()
    table.writerows(pages.values())
    return content.getvalue()


def _why(row: dict[str, Any]) -> str:
    """Why a number is rejected; nothing if it isn't."""
    return str(row.get("reason") or ("unsure" if row["rejected"] else ""))
