"""Find a page's numbers; find digits by rule for networks that can't tell non-digits."""

from statistics import median

import numpy as np
import numpy.typing as npt

from digitwise.imaging.boxes import FormBox, find_cells
from digitwise.imaging.components import (
    Component,
    find_components,
    join,
    usual_height,
    weighted_median,
)
from digitwise.imaging.ink import SOLID
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light
from digitwise.reading.word_gap import widest_gap

SAME_LINE = 0.3  # least vertical overlap of neighbours, as a share of the lower one's height
SAME_DIGIT = 0.5  # of a neighbour's width or height: where parts of a digit end and digits begin
SIGN_OVERLAP = 0.5  # least vertical overlap of a sign and its number, as a share of its height
MAX_SIGN_GAP_HEIGHTS = 0.8  # number heights: widest gap between a sign and its number
MAX_DIRT_HEIGHTS = 0.3  # usual heights: a lone component below it is dirt
MAX_HEIGHT = 4.0  # usual heights: tallest written component
PALE_SHARE = 0.6  # darkness of a pale number, as a share of the usual darkness
MAX_ASPECT = 6  # width to height: above it, a component wider than the usual height is a rule
MIN_IN_RING = 0.2  # height of a ring's contents, as a share of the ring's height
MIN_ALONE_IN_RING = 0.4  # the same of a single component: a lower one is a zero's dot
MAX_RING_FILL = 0.2  # ink of a ring, as a share of its box
MIN_BLOB_PX = 12  # pixels: shortest long side of a blob; smaller ones can't be told from strokes
MAX_BLOB_ASPECT = 1.4  # long to short side of a blob
MIN_BLOB_FILL = 0.65  # ink of a blob, as a share of its box; a disc has 0.785
MIN_BLOB_SOLIDITY = 0.95  # ink of a blob, as a share of its convex hull
MAX_CELL_HEIGHT = 5  # digit heights: tallest cell for one line
MIN_NUMBER_CELL = 1.5  # digit heights: narrowest cell for a number; a narrower one holds a digit
TOGETHER = 64  # components that are compared with all others in one step
MIN_DIGIT_HEIGHT = 0.35  # usual digit heights: a lower component is punctuation or dirt


def one_number(ink: Light) -> list[list[Component]]:
    """Return all of the ink as one number; an empty list without ink."""
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
    """Find the components that may be writing."""
    return _without_ruled_lines(_without_rings(find_components(ink)))


def groups_of(components: list[Component], lines: Mask) -> list[list[Component]]:
    """Group components into numbers, in reading order."""
    components = _without_outsize(components)
    places = _by_boxes(components, lines)
    widest = widest_gap(_boxes(components), SAME_LINE, SAME_DIGIT)
    numbers = [group for place in places for group in _with_signs(_neighbours(place, widest))]
    drawn = [number for number in numbers if not all(map(_is_blob, number))]
    return _in_reading_order(_without_dirt(drawn))


def _without_rings(components: list[Component]) -> list[Component]:
    """Leave out rings: circles and frames drawn around digits."""
    left, top, right, bottom = _boxes(components)

    def is_ring(c: Component) -> bool:
        inside = (left > c.left) & (top > c.top) & (right < c.right) & (bottom < c.bottom)
        inside &= bottom - top >= MIN_IN_RING * c.height
        if not inside.any() or (c.ink >= SOLID).mean() >= MAX_RING_FILL:
            return False
        (first, *more) = (components[i] for i in np.flatnonzero(inside))
        return bool(more) or (
            first.height >= MIN_ALONE_IN_RING * c.height and _goes_around(c, first)
        )

    return [c for c in components if not is_ring(c)]


def _goes_around(ring: Component, piece: Component) -> bool:
    """Whether a closed line runs around the middle of a piece."""
    import cv2

    solid = (ring.ink >= SOLID).astype(np.uint8)
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    middle = (piece.left + piece.right) / 2 - ring.left, (piece.top + piece.bottom) / 2 - ring.top
    return any(cv2.pointPolygonTest(outline, middle, False) > 0 for outline in outlines)


def _without_outsize(components: list[Component]) -> list[Component]:
    """Leave out components far higher than most writing: signatures, strokes across the page."""
    highest = MAX_HEIGHT * usual_height(components)
    return [c for c in components if c.height <= highest]


def _heights_and_ink(
    numbers: list[list[Component]],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return the greatest component height and the ink of each number, in pixels."""
    heights = [max(c.height for c in number) for number in numbers]
    ink = [sum(float(c.ink.sum()) for c in number) for number in numbers]
    return np.array(heights, np.intp), np.array(ink, np.float64)


def _boxes(components: list[Component]) -> npt.NDArray[np.intp]:
    """Return left, top, right and bottom of components, shape (4, n)."""
    boxes = [(c.left, c.top, c.right, c.bottom) for c in components]
    return np.array(boxes, np.intp).reshape(-1, 4).T


def _boxes_of_groups(groups: list[list[Component]]) -> npt.NDArray[np.intp]:
    """Return the same of groups with one component or more, shape (4, n)."""
    boxes = [_boxes(group) for group in groups]
    around = [[*box[:2].min(axis=1), *box[2:].max(axis=1)] for box in boxes]
    return np.array(around, np.intp).reshape(-1, 4).T


def _without_dirt(numbers: list[list[Component]]) -> list[list[Component]]:
    """Leave out lone components that are far smaller, or paler, than most of the page's writing."""
    if all(len(number) > 1 for number in numbers):
        return numbers
    heights, ink = _heights_and_ink(numbers)
    small, pale = MAX_DIRT_HEIGHTS * weighted_median(heights, ink), are_pale(numbers)
    return [
        number
        for number, is_pale in zip(numbers, pale, strict=True)
        if len(number) > 1 or (max(number[0].height, number[0].width) >= small and not is_pale)
    ]


def are_pale(numbers: list[list[Component]]) -> list[bool]:
    """Return whether each number is far paler than most writing, as stains and show-through are."""
    darkness = np.array([max(map(_darkness, number)) for number in numbers])
    _, ink = _heights_and_ink(numbers)
    pale = darkness < PALE_SHARE * weighted_median(darkness, ink)
    return [bool(is_pale) for is_pale in pale]


def _darkness(component: Component) -> float:
    return float(component.ink[component.ink >= SOLID].mean())


def _without_ruled_lines(components: list[Component]) -> list[Component]:
    """Leave out ruled lines; a minus is kept, since it is no wider than a digit is high."""
    usual = usual_height([c for c in components if c.width <= MAX_ASPECT * c.height])
    return [c for c in components if c.width <= max(MAX_ASPECT * c.height, usual)]


def _is_blob(component: Component) -> bool:
    """Whether ink fills a disc or a square, as a punch hole's does, and is no stroke."""
    import cv2

    short, long = sorted((component.width, component.height))
    solid = component.ink >= SOLID
    if long < MIN_BLOB_PX or long > MAX_BLOB_ASPECT * short or solid.mean() < MIN_BLOB_FILL:
        return False
    hull = cv2.convexHull(cv2.findNonZero(solid.astype(np.uint8)))
    # A hull runs through the middles of pixels.
    around = cv2.contourArea(hull) + cv2.arcLength(hull, closed=True) / 2 + 1
    return bool(solid.sum() >= MIN_BLOB_SOLIDITY * around)


def _by_boxes(components: list[Component], lines: Mask) -> list[list[Component]]:
    """Group components by table cell; components outside cells form one more group.

    Each table cell holds a number. Cells of combs and squared paper are narrow and hold a digit
    each: unless filled table cells outnumber such combs, all components form one group.
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
        if not tallest <= comb[0].bottom - comb[0].top <= MAX_CELL_HEIGHT * tallest:
            continue
        roomy = comb[0].right - comb[0].left >= MIN_NUMBER_CELL * tallest
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


def _neighbours(components: list[Component], widest: float) -> list[list[Component]]:
    """Group components that stand on one line with no wider gap between, in heights."""
    left, top, right, bottom = boxes = _boxes(components)
    height = bottom - top
    group = np.arange(len(components))
    for start in range(0, len(components), TOGETHER):
        left_i, top_i, right_i, bottom_i = boxes[:, start : start + TOGETHER, None]
        height_i = bottom_i - top_i
        gap_x = np.maximum(left, left_i) - np.minimum(right, right_i)
        gap_y = np.maximum(top, top_i) - np.minimum(bottom, bottom_i)
        tall, low = np.maximum(height, height_i), np.minimum(height, height_i)
        # A part of a digit, such as the bar of a 5, is close but may lie higher or lower.
        part = (low < SAME_DIGIT * tall) & (gap_x < tall / 4) & (gap_y < tall / 4)
        digit = (low >= SAME_DIGIT * tall) & (-gap_y >= SAME_LINE * low) & (gap_x <= widest * tall)
        for neighbours in part | digit:
            near = set(group[neighbours].tolist())
            for other in sorted(near)[1:]:
                group[group == other] = min(near)
    groups: dict[int, list[Component]] = {}
    for g, component in zip(group.tolist(), components, strict=True):
        groups.setdefault(g, []).append(component)
    return [groups[g] for g in sorted(groups)]


def _with_signs(groups: list[list[Component]]) -> list[list[Component]]:
    """Join low groups, such as a minus or an amount's closing sign, to the number beside them."""
    left, top, right, bottom = _boxes_of_groups(groups)
    height = bottom - top
    joined = [group.copy() for group in groups]
    for k, group in enumerate(groups):
        away = np.maximum(left - right[k], left[k] - right)
        level = np.minimum(bottom, bottom[k]) - np.maximum(top, top[k]) >= SIGN_OVERLAP * height[k]
        taller = height[k] < SAME_DIGIT * height
        near = np.flatnonzero(level & taller & (away <= MAX_SIGN_GAP_HEIGHTS * height))
        if near.size:
            joined[int(near[away[near].argmin()])] += group
            joined[k] = []
    return [group for group in joined if group]


def whole_digits(components: list[Component]) -> list[Component]:
    """Join the parts of broken digits and drop components too low for a digit."""
    joined = [join(parts) for parts in stacked(components)]
    tallest = max(digit.height for digit in joined)
    usual = median(d.height for d in joined if d.height >= tallest / 2)
    likely = [d for d in joined if d.height >= MIN_DIGIT_HEIGHT * usual]
    return sorted(likely, key=lambda c: c.left + c.right)


def stacked(components: list[Component]) -> list[list[Component]]:
    """Group components that stand above one another, as the parts of a broken digit do."""
    digits: list[list[Component]] = []
    spans: list[tuple[int, int]] = []  # left and right of each digit
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
    """Sort numbers by line from top to bottom, and each line from left to right."""
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
