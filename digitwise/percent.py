"""Shares as text in per cent, with the same two decimals everywhere."""


def percent(share: float | None, missing: str = "-") -> str:
    """Return a share as text, 0.9512 → "95.12%"; `missing` if it is None."""
    return missing if share is None else f"{100 * share:.2f}%"
