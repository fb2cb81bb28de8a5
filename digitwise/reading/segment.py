"""Breaking ink into numbers, and numbers into digits, where digits don't touch.

`Segmenter` is the seam: whatever yields numbers as lists of components, one a digit, can take
this one's place.
"""

from collections.abc import Callable
from statistics import median

from digitwise.imaging.components import (
    Component,
    find_components,
    horizontal_gap,
    join,
    vertical_gap,
)
from digitwise.imaging.ink import Light

Segmenter = Callable[[Light], list[list[Component]]]
"""From ink, float32 (h, w) in [0, 1], to numbers, each a list of digits from left to right."""

WORD_GAP = 1.5  # wider than this many digit heights, a gap separates numbers
SAME_LINE = 0.3  # share of the lower one's height that neighbours on a line overlap by
SAME_DIGIT = 0.5  # share of the narrower one's width that parts of a digit overlap by
SMALLEST = 0.35  # lower than this share of the number's digits, a piece is punctuation or dirt


def one_number(ink: Light) -> list[list[Component]]:
    """Take all of the ink as one number, or none if there is none."""
    digits = _digits(find_components(ink))
    return [digits] if digits else []


def all_numbers(ink: Light) -> list[list[Component]]:
    """Find every number, in reading order: lines from top to bottom, each from left to right."""
    numbers = [_digits(group) for group in _neighbours(find_components(ink))]
    return _in_reading_order([number for number in numbers if number])


def _neighbours(components: list[Component]) -> list[list[Component]]:
    """Group what stands on one line with no wide gap between."""
    groups: list[list[Component]] = []
    for component in components:
        near = [g for g in groups if any(_are_neighbours(component, other) for other in g)]
        groups = [g for g in groups if not any(g is n for n in near)]
        groups.append([c for g in near for c in g] + [component])
    return groups


def _are_neighbours(a: Component, b: Component) -> bool:
    tall = max(a.height, b.height)
    if min(a.height, b.height) < SAME_DIGIT * tall:
        # A part of a digit, the bar of a 5 say, is close but may lie higher or lower.
        return horizontal_gap(a, b) < tall / 4 and vertical_gap(a, b) < tall / 4
    overlap = -vertical_gap(a, b)
    return (
        overlap >= SAME_LINE * min(a.height, b.height) and horizontal_gap(a, b) <= WORD_GAP * tall
    )


def _digits(components: list[Component]) -> list[Component]:
    """Join the parts of broken digits, drop what is too low for one."""
    if not components:
        return []
    digits: list[list[Component]] = []
    for component in sorted(components, key=lambda c: c.left):
        for parts in digits:
            whole = join(parts)
            narrower = min(whole.width, component.width)
            if -horizontal_gap(whole, component) >= SAME_DIGIT * narrower:
                parts.append(component)
                break
        else:
            digits.append([component])
    whole_digits = [join(parts) for parts in digits]
    tallest = max(digit.height for digit in whole_digits)
    usual = median(d.height for d in whole_digits if d.height >= tallest / 2)
    return sorted(
        (digit for digit in whole_digits if digit.height >= SMALLEST * usual),
        key=lambda c: c.left + c.right,
    )


def _in_reading_order(numbers: list[list[Component]]) -> list[list[Component]]:
    lines: list[list[list[Component]]] = []
    for number in sorted(numbers, key=lambda n: join(n).top + join(n).bottom):
        box = join(number)
        for line in lines:
            other = join(line[-1])
            if -vertical_gap(box, other) >= box.height / 2:
                line.append(number)
                break
        else:
            lines.append([number])
    return [number for line in lines for number in sorted(line, key=lambda n: join(n).left)]
