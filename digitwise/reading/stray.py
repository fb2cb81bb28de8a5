"""Leave out stray strokes: pale ones that nobody wrote."""

from digitwise.reading.judged import Judged
from digitwise.reading.segment import are_pale


def without_stray_strokes(found: list[Judged]) -> list[Judged]:
    """Leave out pale numbers that consist only of 1s: edges of stains, stamps, show-through."""
    ones = [_is_of_ones(judged) for judged in found]
    if not any(ones):
        return found
    pale = are_pale([judged.components for judged in found])
    every = zip(found, ones, pale, strict=True)
    return [judged for judged, of_ones, is_pale in every if not (of_ones and is_pale)]


def _is_of_ones(judged: Judged) -> bool:
    digits = judged.decision.digits if judged.decision else []
    return {char for _, char, _ in digits} == {"1"}
