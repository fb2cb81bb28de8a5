"""Elements of HTML for notebooks, light or dark: text inherits colours, pictures are on white."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

CELL = "padding: 2px 10px; background: none; color: inherit; vertical-align: top"
LINE = "1px solid currentColor"
PICTURE = "max-width: 100%; background: white; border-radius: 4px; margin: 4px 0; display: block"


def block(*parts: str) -> str:
    """Return one element with the parts below each other."""
    return f"<div style='font-variant-numeric: tabular-nums'>{''.join(parts)}</div>"


def paragraph(text: str) -> str:
    """Return a line of text, escaped."""
    return f"<p style='margin: 4px 0'>{escape(text)}</p>"


def heading(text: str, more: str) -> str:
    """Return a line of bold text and more text, both escaped."""
    return f"<p style='margin: 4px 0'><b>{escape(text)}</b> {escape(more)}</p>"


def picture(png: bytes, alt: str) -> str:
    """Return a picture that is embedded in the page."""
    content = base64.b64encode(png).decode()
    return f"<img alt='{escape(alt)}' style='{PICTURE}' src='data:image/png;base64,{content}'>"


def table(
    head: Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    foot: Sequence[str] | None = None,
    align: str = "right",
) -> str:
    """Return a table; all cells are escaped, except pictures."""
    style = f"{CELL}; text-align: {align}"
    lines = [_row(row, "td", style) for row in rows]
    if head is not None:
        lines.insert(0, _row(head, "th", f"{style}; border-bottom: {LINE}"))
    if foot is not None:
        lines.append(_row(foot, "th", f"{style}; border-top: {LINE}"))
    return f"<table style='border-collapse: collapse; margin: 4px 0'>{''.join(lines)}</table>"


def _row(cells: Sequence[str], tag: str, style: str) -> str:
    whole = (cell if cell.startswith("<img ") else escape(cell) for cell in cells)
    return f"<tr>{''.join(f'<{tag} style={style!r}>{cell}</{tag}>' for cell in whole)}</tr>"
