"""Shares as people read them, the same everywhere."""


def percent(share: float | None, missing: str = "-") -> str:
    """0.9512 → "95.12%"; what was not measured is a dash, or what is given for it."""
    return missing if share is None else f"{100 * share:.2f}%"
