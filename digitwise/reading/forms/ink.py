"""Find the writing in a form's field, and leave out the print."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from digitwise.imaging.cells import find_edges
from digitwise.imaging.components import Component, find_components, usual_height
from digitwise.imaging.ink import SOLID, extract_ink
from digitwise.imaging.printed import place_lines, place_marks
from digitwise.imaging.region import MARGIN
from digitwise.imaging.rules import Mask, find_rules, remove_rules
from digitwise.imaging.surface import Light
from digitwise.reading.expected import Expected
from digitwise.reading.forms.registration import MOST_PARTS, FoundField, Printed
from digitwise.reading.segment import one_number

MAX_LINE_OFF_HEIGHTS = 0.02  # field heights: offset of printed lines after registration, at most
MAX_BENT_LINE_OFF_HEIGHTS = 0.06  # the same on bent paper
MIN_SHARE_ON_PRINT = 0.8  # share of a component's ink on print, from which on it is print
MAX_LINE_SHARE = 0.2  # share of a pixel covered by a line of the reference, above which it is line
MAX_DIVIDER_HEIGHTS = 0.04  # field heights: width of a divider, at most
MAX_DIVIDER_OFF_WIDTHS = 0.04  # cell widths: distance of a divider from its place, at most
BRUSH_HEIGHTS = 0.3  # field heights with margins: wider than strokes, narrower than shadows
MAX_SHADOW_LIGHT = 0.85  # light in a field's shadow to that beside it, below which it is corrected
LIGHT_QUANTILES = (0.05, 0.95)  # quantiles of the light that are compared
MIN_SHADOW_LIGHT = 0.35  # light in a shadow to that beside it, at least; solid ink is darker
MAX_GAP_HEIGHTS = 0.8  # digit heights: gap in writing that goes on beyond a field, at most


def written_in(
    found: FoundField, see: Callable[[Light], Light] = extract_ink
) -> list[list[Component]]:
    """Return the components of the number in a field, in a list of at most one number.

    They have their middle in the field, or go on beside it where there is room. Print is left out.

    Parameters
    ----------
    see : callable
        Returns the ink of a picture.
    """
    height, width = found.region.grey.shape
    margin = _margin(height)
    ink = see(_lit_evenly(found.region.grey))
    near, known = np.zeros(ink.shape, bool), None
    if found.printed is not None:
        ink, near, known = _without_print(ink, found.printed)

    def written(c: Component) -> bool:
        on_level = margin <= (c.top + c.bottom) / 2 <= height - margin
        on_page = margin <= (c.left + c.right) / 2 <= width - margin
        return on_level and on_page and not _is_print(c, near)

    numbers = one_number(remove_rules(ink, known))
    kept = [_going_on([c for c in number if written(c)], found.inner) for number in numbers]
    return [number for number in kept if number]


def _lit_evenly(grey: Light) -> Light:
    """Divide a field by the light on its paper, if that differs within it.

    Ink in a shadow departs less from its paper. The light is what a closing leaves, with a brush
    wider than strokes (Serra 1982).
    """
    import cv2

    side = max(3, round(BRUSH_HEIGHTS * len(grey)) | 1)
    light = cv2.morphologyEx(
        cv2.copyMakeBorder(grey, side, side, side, side, cv2.BORDER_REPLICATE),
        cv2.MORPH_CLOSE,
        np.ones((side, side), np.uint8),
    )
    light = cv2.GaussianBlur(light, (0, 0), side / 4)[side:-side, side:-side]
    dark, bright = np.quantile(light, LIGHT_QUANTILES)
    if dark >= MAX_SHADOW_LIGHT * bright:
        return grey
    return np.asarray((grey / np.maximum(light, MIN_SHADOW_LIGHT * bright)).clip(0, 1), np.float32)


def _margin(height: int) -> float:
    """Return the rows above a field, and below it, in a region of this height."""
    return height * MARGIN / (1 + 2 * MARGIN)


def _is_print(c: Component, near: Mask) -> bool:
    """Whether most of a component's ink lies on print."""
    on_print = float(c.ink[near[c.top : c.bottom, c.left : c.right]].sum())
    return on_print >= MIN_SHARE_ON_PRINT * float(c.ink.sum())


def _going_on(components: list[Component], inner: tuple[float, float]) -> list[Component]:
    """Keep the components within a field, and those that go on from there with no wide gap."""
    left, right = inner
    kept = [c for c in components if left <= (c.left + c.right) / 2 <= right]
    if not kept:
        return []
    gap = MAX_GAP_HEIGHTS * usual_height(kept)
    for side in (1, -1):  # to the right, then to the left
        beyond = [c for c in components if not any(c is other for other in kept)]
        for c in sorted(beyond, key=lambda c: side * (c.left + c.right)):
            reached = max(side * (o.right if side > 0 else o.left) for o in kept)
            away = side * (c.left if side > 0 else c.right) - reached
            if side * (c.left + c.right) / 2 > side * (right if side > 0 else left) and away <= gap:
                kept.append(c)
    return sorted(kept, key=lambda c: (c.left, c.top))


def _without_print(ink: Light, printed: Printed) -> tuple[Light, Mask, tuple[Mask, Mask]]:
    """Remove printed text and marks from a field's ink.

    Returns
    -------
    ink : float32 array of shape (h, w)
    near : bool array of shape (h, w)
        Where print may be, a little off included.
    lines : pair of bool arrays of shape (h, w)
        Printed lines across, and down.
    """
    import cv2

    height, width = ink.shape
    # Print may lie a little off, and be wider after scanning.
    off = round(MAX_LINE_OFF_HEIGHTS * height) + 1
    lines = cv2.resize(printed.lines.grey, (width, height)) > MAX_LINE_SHARE
    its = cv2.resize(printed.ink.grey, (width, height)) >= SOLID
    known = place_lines(lines, ink, height, off)
    near = cv2.dilate(lines.astype(np.uint8), np.ones((2 * off + 1,) * 2, np.uint8)) > 0
    marks = place_marks(its & ~near, ink, off)
    return np.where(marks, 0, ink).astype(np.float32), near | marks, known


def find_cell_edges(found: FoundField) -> list[float] | None:
    """Return the ends of a field's cells, in columns of its region; None if it has no cells.

    They are sought on the form's reference, if there is one. Without cells in its description, a
    field has cells if the reference shows as many as it has digits, at most.
    """
    field, (height, width) = found.field, found.region.grey.shape
    margin = _margin(height)
    count = field.cells.count if field.cells else 0
    if not count and (field.expected.pattern is not None or found.printed is None):
        return None
    if found.printed is None:
        ink = extract_ink(found.region.grey)
        inner, rows = found.inner, (margin, height - margin)
        return find_edges(ink, find_rules(ink), inner, rows, count)
    # Rounded, so that pages whose regions differ by a pixel share the kept edges.
    scale = found.printed.ink.grey.shape[1] / width
    inner = round(found.inner[0] * scale), round(found.inner[1] * scale)
    edges = _edges_on_reference(found.printed, inner, count)
    if edges is None or (not count and not _fits_count(len(edges) - 1, field.expected)):
        return None
    return [x / scale for x in edges]


@lru_cache(maxsize=MOST_PARTS)
def _edges_on_reference(
    printed: Printed, inner: tuple[int, int], count: int
) -> tuple[float, ...] | None:
    """Return the ends of a field's cells in columns of the reference's part: see `find_edges`."""
    ink, lines = printed.ink.grey, printed.lines.grey > MAX_LINE_SHARE
    margin = _margin(len(ink))
    edges = find_edges(ink, lines, inner, (margin, len(ink) - margin), count)
    return None if edges is None else tuple(edges)


def _fits_count(cells: int, expected: Expected) -> bool:
    """Whether the cells are as many as the greatest number of digits, if that is known."""
    return expected.allows_any or expected.most == cells


def written_in_cells(found: FoundField, edges: list[float]) -> list[Component]:
    """Return the components in a row of cells, without print and dividers."""
    import cv2

    ink = extract_ink(_lit_evenly(found.region.grey))
    height = len(ink)
    near, known, around = np.zeros(ink.shape, bool), None, None
    if found.printed is not None:
        ink, near, known = _without_print(ink, found.printed)
        # A stroke through several cells is as straight as a line, but has no print beneath it.
        off = round(MAX_BENT_LINE_OFF_HEIGHTS * height) + 1
        around = cv2.dilate(near.astype(np.uint8), np.ones((2 * off + 1,) * 2, np.uint8)) > 0
    margin = _margin(height)
    kept = []
    for c in find_components(remove_rules(ink, known, around)):
        x, y = (c.left + c.right) / 2, (c.top + c.bottom) / 2
        inside = margin <= y <= height - margin and edges[0] <= x <= edges[-1]
        if inside and not _is_print(c, near) and not _is_divider(c, edges, height):
            kept.append(c)
    return kept


def _is_divider(c: Component, edges: list[float], height: int) -> bool:
    """Whether a component is the rest of a line between cells: thin, upright, in its place."""
    wide = (edges[-1] - edges[0]) / (len(edges) - 1)
    x = (c.left + c.right) / 2
    away = min(abs(x - edge) for edge in edges)
    return c.width <= MAX_DIVIDER_HEIGHTS * height + 2 and away <= MAX_DIVIDER_OFF_WIDTHS * wide + 1
