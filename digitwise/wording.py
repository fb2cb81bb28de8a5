"""Shares, counts and long texts as people see them, the same everywhere."""


def percent(share: float | None, missing: str = "-") -> str:
    """Return a share as text, 0.9512 → "95.12%"; `missing` if it is None."""
    return missing if share is None else f"{100 * share:.2f}%"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 number", "2,000 numbers"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters; a longer one is cut and ends with "…"."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
