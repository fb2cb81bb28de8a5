"""Register a page with its form: find the places of the fields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from digitwise.errors import ImageError
from digitwise.imaging.align import Landmarks, align
from digitwise.imaging.local_registration import settle
from digitwise.imaging.pictures import Picture, open_pictures
from digitwise.imaging.region import MARGIN, Region, Transform, cut_out
from digitwise.imaging.rules import find_rules
from digitwise.imaging.sheet import sheet_corners
from digitwise.imaging.surface import Light
from digitwise.reading.forms.description import Form
from digitwise.reading.forms.entries import Field

MIN_INSIDE_SHARE = 0.9  # least share of a field inside the picture
MIN_LIKENESS = 0.35  # likeness of the print around a field, below which the field isn't there
ROOM_HEIGHTS = 2.0  # field heights: room for writing to go on beside a field
MAX_EDGE_HEIGHTS = 0.15  # field heights: from a field's end to a line that ends it, at most
MIN_ENDED_HEIGHTS = 0.5  # field heights: least length of such a line
MOST_PARTS = 256  # maximum number of fields of references kept for the next page, 1 MB each
OUTSIDE = "it lies outside of the picture"
ELSEWHERE = "the print around it isn't in its place"


@dataclass(frozen=True)
class FoundField:
    """A field with its place on a page.

    Attributes
    ----------
    field : Field
    region : Region
        The field with a margin, and the room beside it where no line ends it.
    inner : (left, right)
        First and last column of the field in the region.
    printed : Printed or None
        The same part of the form's reference.
    reason : str
        Reason to reject the field; empty if there is none.
    """

    field: Field
    region: Region
    inner: tuple[float, float]
    printed: "Printed | None" = None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Printed:
    """Part of a form's reference; one object for all pages, so that results can be kept.

    Attributes
    ----------
    ink, lines : Region
        All ink, in [0, 1]; 1 at printed lines, else 0.
    """

    ink: Region
    lines: Region


def find_fields(page: Picture, form: Form) -> Iterator[FoundField]:
    """Find a form's fields on a page, in the order of the form.

    Raises
    ------
    ImageError
        If the page can't be laid over the form's reference, or the reference can't be opened.
    """
    if form.reference is None:
        transform = _by_size(page.grey, form)
        for field in form.fields:
            reason = "" if _in_picture(page.grey, transform, field.box) else OUTSIDE
            yield _cut_out(page.grey, transform, field, (0, 0), None, reason)
        return
    reference = _open_reference(form.reference)
    to_reference = _to_reference(reference, form.size)
    whole = align(Landmarks(page.grey), reference.landmarks)
    for field in form.fields:
        its_box = _scaled(field.box, to_reference)
        place = settle(whole.page, reference.landmarks, whole.transform, its_box)
        transform = place.transform @ to_reference
        reason = ""
        if not _in_picture(page.grey, transform, field.box):
            reason = OUTSIDE
        elif place.alike is not None and place.alike < MIN_LIKENESS:
            reason = ELSEWHERE
        beyond = _room_beside(field, form, reference.lines, to_reference)
        printed = _part(reference, _wider(field.box, beyond), form.size)
        yield _cut_out(page.grey, transform, field, beyond, printed, reason)


def _cut_out(
    grey: Light,
    transform: Transform,
    field: Field,
    beyond: tuple[int, int],
    printed: "Printed | None",
    reason: str,
) -> FoundField:
    region = cut_out(grey, transform, _wider(field.box, beyond))
    left, top, right, bottom = field.box
    margin = MARGIN * (bottom - top)
    scale = region.grey.shape[1] / (right - left + sum(beyond) + 2 * margin)
    start = (margin + beyond[0]) * scale
    return FoundField(field, region, (start, start + (right - left) * scale), printed, reason)


def _wider(box: tuple[int, int, int, int], beyond: tuple[int, int]) -> tuple[int, int, int, int]:
    return box[0] - beyond[0], box[1], box[2] + beyond[1], box[3]


def _room_beside(
    field: Field, form: Form, lines: Light, to_reference: Transform
) -> tuple[int, int]:
    """Return the room for writing beyond a field's left and right end, in the form's pixels.

    It ends at another field, and is 0 where a line ends the field.
    """
    left, top, right, bottom = field.box
    high = bottom - top
    room = []
    for edge, outwards in ((left, -1), (right, 1)):
        far = ROOM_HEIGHTS * high
        for other in form.fields:
            if min(bottom, other.box[3]) > max(top, other.box[1]) and other is not field:
                distance = outwards * (other.box[0 if outwards > 0 else 2] - edge)
                if distance > -high / 2:
                    far = min(far, max(0, distance))
        near = (edge - MAX_EDGE_HEIGHTS * high, top, edge + MAX_EDGE_HEIGHTS * high, bottom)
        x0, y0, x1, y1 = (max(0, round(v)) for v in _scaled(near, to_reference))
        ended = lines[y0:y1, x0:x1].max(axis=1, initial=0).mean() if y1 > y0 else 0.0
        room.append(0 if ended >= MIN_ENDED_HEIGHTS else int(far))
    return room[0], room[1]


def _by_size(grey: Light, form: Form) -> Transform:
    """Return the transform from a form without a reference to a page.

    The form is laid over the sheet on a darker ground, or over the whole picture.
    """
    import cv2

    wide, high = form.size
    corners = sheet_corners(grey)
    if corners is None:
        return np.diag([grey.shape[1] / wide, grey.shape[0] / high, 1.0])
    start = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(start, corners.astype(np.float32)), np.float64)


def _in_picture(grey: Light, transform: Transform, box: tuple[int, int, int, int]) -> bool:
    """Whether at least MIN_INSIDE_SHARE of a box is in a picture."""
    left, top, right, bottom = box
    x, y = (part.ravel() for part in np.meshgrid(*map(np.linspace, (left, top), (right, bottom))))
    across, down, depth = transform @ np.stack([x, y, np.ones_like(x)])
    high, wide = grey.shape
    ahead = depth > 0
    across, down = across / np.where(ahead, depth, 1), down / np.where(ahead, depth, 1)
    inside = ahead & (across > -0.5) & (down > -0.5) & (across < wide) & (down < high)
    return bool(inside.mean() >= MIN_INSIDE_SHARE)


def _scaled(box: Sequence[float], scaling: Transform) -> tuple[float, ...]:
    across, down = scaling[0, 0], scaling[1, 1]
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


@dataclass(frozen=True, eq=False)
class Reference:
    """A form's reference: landmarks and printed lines."""

    landmarks: Landmarks

    @cached_property
    def lines(self) -> Light:
        """1 where a printed line is, in the picture's pixels."""
        return find_rules(self.landmarks.ink).astype(np.float32)


def _to_reference(reference: Reference, size: tuple[int, int]) -> Transform:
    """Return the transform from the pixels of a form of this size to its reference's."""
    high, wide = reference.landmarks.grey.shape
    return np.diag([wide / size[0], high / size[1], 1.0])


@lru_cache(maxsize=MOST_PARTS)
def _part(reference: Reference, box: tuple[int, int, int, int], size: tuple[int, int]) -> Printed:
    """Cut a box of a form of this size out of its reference."""
    to_reference = _to_reference(reference, size)
    return Printed(
        *(cut_out(its, to_reference, box) for its in (reference.landmarks.ink, reference.lines))
    )


def _open_reference(path: Path) -> Reference:
    try:
        modified = path.stat().st_mtime_ns if path.exists() else 0
        return _look_at_reference(path, modified)
    except ImageError as error:
        raise ImageError(f"the form's reference {path}: {error}") from error


@lru_cache(maxsize=4)
def _look_at_reference(path: Path, _modified: int) -> Reference:
    """Return the landmarks of a reference, kept for many pages."""
    return Reference(Landmarks(next(iter(open_pictures(path))).grey))
