"""Finding a page's numbers; and their digits by rule, for networks that take all for digits."""

from statistics import median

import numpy as np
import numpy.typing as npt

from digitwise.imaging.boxes import FormBox, find_cells
from digitwise.imaging.components import (
    Component,
    find_components,
    join,
    usual_height,
    usual_size,
)
from digitwise.imaging.ink import SOLID
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

WORD_GAP = 1.5  # wider than this many digit heights, a gap separates numbers
SAME_LINE = 0.3  # share of the lower one's height that neighbours on a line overlap by
SAME_DIGIT = 0.5  # share of the narrower one's width that parts of a digit overlap by
ON_LEVEL = 0.5  # share of its height that a sign overlaps with its number by, and
SIGN_GAP = 0.8  # digit heights that it is away, at most
DIRT = 0.3  # of the height of most writing: smaller and alone, a piece is none
HIGHEST = 4.0  # times as high as most writing, a piece is none
PALE = 0.6  # of the darkness of most writing
WIDEST = 6  # times as wide as high, and wider than most writing is high, a piece is a ruled line
INNER = 0.2  # of a ring's height: pieces that it is drawn around have at least so much; and
LONE = 0.4  # a single one so much: less is a zero's dot
HOLLOW = 0.2  # share of its box that is ink, at most
LEAST_BLOB = 12  # pixels: of a smaller one it can't be told
ROUND = 1.4  # times as long as wide, at most, is a blob
FILLED = 0.65  # share of its box that is ink; a disc has 0.785
BULGING = 0.95  # share of its convex hull
ONE_LINE = 5  # times as high as a digit, at most, is a cell for one line
ROOMY = 1.5  # times as wide as a digit is high, at least, is a cell for a number, not for a digit
TOGETHER = 64  # components that are compared with all others in one step
SMALLEST = 0.35  # lower than this share of the number's digits, a piece is punctuation or dirt


def one_number(ink: Light) -> list[list[Component]]:
    """Take all of the ink as one number, or none if there is none."""
    components = written(ink)
    return [components] if components else []


def all_numbers(ink: Light, lines: Mask) -> list[list[Component]]:
    """Find every number, in reading order: lines from top to bottom, each from left to right.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        Without printed lines.
    lines : bool array of shape (h, w)
        Where they were.
    """
    return groups_of(written(ink), lines)


def written(ink: Light) -> list[Component]:
    """Find what may be written, on its own."""
    return _likely(_without_rings(find_components(ink)))


def groups_of(components: list[Component], lines: Mask) -> list[list[Component]]:
    """Group components into numbers, in reading order."""
    components = _without_outsize(components)
    places = _by_boxes(components, lines)
    numbers = [group for place in places for group in _with_signs(_neighbours(place))]
    drawn = [number for number in numbers if not all(map(_is_blob, number))]
    return _in_reading_order(_without_dirt(drawn))


def _without_rings(components: list[Component]) -> list[Component]:
    """Leave out what was drawn around digits: a circle, a frame."""
    left, top, right, bottom = _boxes(components)

    def is_ring(c: Component) -> bool:
        inside = (left > c.left) & (top > c.top) & (right < c.right) & (bottom < c.bottom)
        inside &= bottom - top >= INNER * c.height
        if not inside.any() or (c.ink >= SOLID).mean() >= HOLLOW:
            return False
        (first, *more) = (components[i] for i in np.flatnonzero(inside))
        return bool(more) or (first.height >= LONE * c.height and _goes_around(c, first))

    return [c for c in components if not is_ring(c)]


def _goes_around(ring: Component, piece: Component) -> bool:
    """Whether a closed line runs around the middle of a piece."""
    import cv2

    solid = (ring.ink >= SOLID).astype(np.uint8)
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    middle = (piece.left + piece.right) / 2 - ring.left, (piece.top + piece.bottom) / 2 - ring.top
    return any(cv2.pointPolygonTest(outline, middle, False) > 0 for outline in outlines)


def _without_outsize(components: list[Component]) -> list[Component]:
    """Leave out what is far higher than most writing: a stroke across the page, a signature."""
    highest = HIGHEST * usual_height(components)
    return [c for c in components if c.height <= highest]


def _heights_and_ink(
    numbers: list[list[Component]],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    heights = [max(c.height for c in number) for number in numbers]
    ink = [sum(float(c.ink.sum()) for c in number) for number in numbers]
    return np.array(heights, np.intp), np.array(ink, np.float64)


def _boxes(components: list[Component]) -> npt.NDArray[np.intp]:
    """Left, top, right and bottom, shape (4, n)."""
    boxes = [(c.left, c.top, c.right, c.bottom) for c in components]
    return np.array(boxes, np.intp).reshape(-1, 4).T


def _boxes_of_groups(groups: list[list[Component]]) -> npt.NDArray[np.intp]:
    """The same of each group, which has one component or more."""
    boxes = [_boxes(group) for group in groups]
    around = [[*box[:2].min(axis=1), *box[2:].max(axis=1)] for box in boxes]
    return np.array(around, np.intp).reshape(-1, 4).T


def _without_dirt(numbers: list[list[Component]]) -> list[list[Component]]:
    """Leave out what stands alone and is far smaller, or paler, than most of the page's writing."""
    if all(len(number) > 1 for number in numbers):
        return numbers
    heights, ink = _heights_and_ink(numbers)
    small, pale = DIRT * usual_size(heights, ink), are_pale(numbers)
    return [
        number
        for number, is_pale in zip(numbers, pale, strict=True)
        if len(number) > 1 or (max(number[0].height, number[0].width) >= small and not is_pale)
    ]


def are_pale(numbers: list[list[Component]]) -> list[bool]:
    """Whether each is far paler than most of the page's writing: a stain, what shines through."""
    darkness = np.array([max(map(_darkness, number)) for number in numbers])
    _, ink = _heights_and_ink(numbers)
    pale = darkness < PALE * usual_size(darkness, ink)
    return [bool(is_pale) for is_pale in pale]


def _darkness(component: Component) -> float:
    return float(component.ink[component.ink >= SOLID].mean())


def _likely(components: list[Component]) -> list[Component]:
    """Leave out ruled lines; a minus is no wider than a digit is high."""
    usual = usual_height([c for c in components if c.width <= WIDEST * c.height])
    return [c for c in components if c.width <= max(WIDEST * c.height, usual)]


def _is_blob(component: Component) -> bool:
    """Whether ink fills a disc or a square, as of a punch hole: no stroke was drawn."""
    import cv2

    short, long = sorted((component.width, component.height))
    solid = component.ink >= SOLID
    if long < LEAST_BLOB or long > ROUND * short or solid.mean() < FILLED:
        return False
    hull = cv2.convexHull(cv2.findNonZero(solid.astype(np.uint8)))
    # A hull runs through the middles of pixels.
    around = cv2.contourArea(hull) + cv2.arcLength(hull, closed=True) / 2 + 1
    return bool(solid.sum() >= BULGING * around)


def _by_boxes(components: list[Component], lines: Mask) -> list[list[Component]]:
    """Group what stands in the same box, or in none: cells of a table hold a number each.

    Those of combs, and of squared paper, hold a digit each and are no wider than that takes: if
    most do, digits are of one number as if there were no lines.
    """
    tables: list[list[Component]] = []
    others = 0
    left, top, right, bottom = _boxes(components)
    x, y = (left + right) / 2, (top + bottom) / 2

    def inside(box: FormBox) -> list[Component]:
        there = (box.left <= x) & (x < box.right) & (box.top <= y) & (y < box.bottom)
        return [components[i] for i in np.flatnonzero(there)]

    for comb in find_cells(lines) if lines.any() else []:
        cells = [inside(cell) for cell in comb]
        tallest = max((c.height for cell in cells for c in cell), default=0)
        if not tallest <= comb[0].bottom - comb[0].top <= ONE_LINE * tallest:
            continue
        roomy = comb[0].right - comb[0].left >= ROOMY * tallest
        if roomy or any(len(stacked(_tall(cell))) > 1 for cell in cells):
            tables += [cell for cell in cells if cell]
        else:
            others += 1
    if len(tables) <= others:
        return [components]
    taken = {id(c) for cell in tables for c in cell}
    return [*tables, [c for c in components if id(c) not in taken]]


def _tall(components: list[Component]) -> list[Component]:
    tallest = max((c.height for c in components), default=0)
    return [c for c in components if c.height >= tallest / 2]


def _neighbours(components: list[Component]) -> list[list[Component]]:
    """Group what stands on one line with no wide gap between."""
    left, top, right, bottom = boxes = _boxes(components)
    height = bottom - top
    group = np.arange(len(components))
    for start in range(0, len(components), TOGETHER):
        left_i, top_i, right_i, bottom_i = boxes[:, start : start + TOGETHER, None]
        height_i = bottom_i - top_i
        gap_x = np.maximum(left, left_i) - np.minimum(right, right_i)
        gap_y = np.maximum(top, top_i) - np.minimum(bottom, bottom_i)
        tall, low = np.maximum(height, height_i), np.minimum(height, height_i)
        # A part of a digit, the bar of a 5 say, is close but may lie higher or lower.
        part = (low < SAME_DIGIT * tall) & (gap_x < tall / 4) & (gap_y < tall / 4)
        digit = (
            (low >= SAME_DIGIT * tall) & (-gap_y >= SAME_LINE * low) & (gap_x <= WORD_GAP * tall)
        )
        for neighbours in part | digit:
            near = set(group[neighbours].tolist())
            for other in sorted(near)[1:]:
                group[group == other] = min(near)
    groups: dict[int, list[Component]] = {}
    for g, component in zip(group.tolist(), components, strict=True):
        groups.setdefault(g, []).append(component)
    return [groups[g] for g in sorted(groups)]


def _with_signs(groups: list[list[Component]]) -> list[list[Component]]:
    """Give what is low and stands beside a number, a minus or what closes an amount, to it."""
    left, top, right, bottom = _boxes_of_groups(groups)
    height = bottom - top
    joined = [group.copy() for group in groups]
    for k, group in enumerate(groups):
        away = np.maximum(left - right[k], left[k] - right)
        level = np.minimum(bottom, bottom[k]) - np.maximum(top, top[k]) >= ON_LEVEL * height[k]
        taller = height[k] < SAME_DIGIT * height
        near = np.flatnonzero(level & taller & (away <= SIGN_GAP * height))
        if near.size:
            joined[int(near[away[near].argmin()])] += group
            joined[k] = []
    return [group for group in joined if group]


def whole_digits(components: list[Component]) -> list[Component]:
    """Join the parts of broken digits, drop what is too low for one."""
    joined = [join(parts) for parts in stacked(components)]
    tallest = max(digit.height for digit in joined)
    usual = median(d.height for d in joined if d.height >= tallest / 2)
    likely = [d for d in joined if d.height >= SMALLEST * usual]
    return sorted(likely, key=lambda c: c.left + c.right)


def stacked(components: list[Component]) -> list[list[Component]]:
    """Group what stands above one another: the parts of a broken digit do."""
    digits: list[list[Component]] = []
    spans: list[tuple[int, int]] = []  # of each digit, left and right
    for component in sorted(components, key=lambda c: c.left):
        for i, (left, right) in enumerate(spans):
            overlap = min(right, component.right) - component.left
            if overlap >= SAME_DIGIT * min(right - left, component.width):
                digits[i].append(component)
                spans[i] = left, max(right, component.right)
                break
        else:
            digits.append([component])
            spans.append((component.left, component.right))
    return digits


def _in_reading_order(numbers: list[list[Component]]) -> list[list[Component]]:
    """Lines from top to bottom, each from left to right."""
    spans = {id(n): (min(d.top for d in n), max(d.bottom for d in n)) for n in numbers}
    lines: list[list[list[Component]]] = []
    for number in sorted(numbers, key=lambda n: sum(spans[id(n)])):
        top, bottom = spans[id(number)]
        for line in reversed(lines):
            line_top, line_bottom = spans[id(line[-1])]
            if min(bottom, line_bottom) - max(top, line_top) >= (bottom - top) / 2:
                line.append(number)
                break
        else:
            lines.append([number])
    return [number for line in lines for number in sorted(line, key=lambda n: n[0].left)]
