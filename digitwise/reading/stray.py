"""Strokes that nobody wrote, and that look like ones."""

from digitwise.reading.judged import Judged
from digitwise.reading.segment import are_pale


def without_stray_strokes(found: list[Judged]) -> list[Judged]:
    """Leave out pale ones: parts of a stain's edge, of a stamp, of what shines through the page."""
    if not any(map(_is_of_ones, found)):
        return found
    pale = are_pale([judged.components for judged in found])
    return [
        judged
        for judged, is_pale in zip(found, pale, strict=True)
        if not (is_pale and _is_of_ones(judged))
    ]


def _is_of_ones(judged: Judged) -> bool:
    digits = judged.decision.digits if judged.decision else []
    return {char for _, char, _ in digits} == {"1"}
