"""Random deformations of digits: slant, rotation, aspect, elastic bending, pen width, noise."""

from dataclasses import asdict, dataclass
from math import radians
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.forms import drawn_forms
from digitwise.data.glyphs import letter_pieces
from digitwise.data.marks import drawn_marks
from digitwise.data.strokes import no_strokes
from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.data.examples_kernel import Glyphs, Pen


@dataclass(frozen=True)
class Deformation:
    """Ranges of random deformations: each is drawn uniformly from minus to plus its range.

    A range of 0 switches a deformation off.

    Attributes
    ----------
    rotation, slant : float
        Degrees, at most 60.
    aspect : float
        Logarithm of width divided by height.
    elastic : float
        Maximum standard deviation of the displacement, in pixels; drawn from 0 to this (Simard,
        Steinkraus & Platt 2003).
    thinner, thicker : float
        Maximum decrease and increase of the pen width, in pixels.
    shift, scale : float
        Errors of the framing against MNIST's: in pixels; in the logarithm of the size.
    cells : float
        Maximum side of the coarse pixels of a low resolution, in pixels of the image. Sides below
        1 have no effect.
    contrast : float
        Change of the level below which faint ink is removed, as a share of full ink.
    noise : float
        Maximum noise on the pixels of strokes, as a share of full ink; drawn from 0 to this.
    forms : float in [0, 1]
        Share of digits that are replaced by a drawn form of the digit: see
        `digitwise.data.forms`.
    pens : float in [0, 1]
        Share of digits with known strokes that are drawn with a pen of random width, edge and
        pressure; the others are drawn with the plain pen of `digitwise.data.strokes`.
    stretch : float in [0, 1]
        Share of digits stretched until their box is nearly a square.
    """

    rotation: float = 0.0
    slant: float = 0.0
    aspect: float = 0.0
    elastic: float = 0.0
    thinner: float = 0.0
    thicker: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    cells: float = 0.0
    contrast: float = 0.0
    noise: float = 0.0
    forms: float = 0.0
    pens: float = 0.0
    stretch: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, value in asdict(self).items():
            most = 60.0 if name in ("rotation", "slant") else 10.0
            if not isinstance(value, Real) or not 0 <= float(value) <= most:
                raise InputError(f"expected 0 <= {name} <= {most:g}; found {value!r:.50}")


DEFORMATIONS: dict[str, Deformation] = {
    # For digits that are framed exactly as MNIST's are.
    "mnist": Deformation(
        rotation=13, slant=13, aspect=0.2, elastic=2.4, thinner=0.5, thicker=0.5, pens=1.0
    ),
    # For digits of any pen, paper and camera, in frames that differ a little from MNIST's.
    "wild": Deformation(
        rotation=18,
        slant=20,
        aspect=0.3,
        elastic=2.0,
        thinner=0.7,
        thicker=1.8,
        shift=0.7,
        scale=0.06,
        cells=2.8,
        contrast=0.12,
        noise=0.2,
        forms=0.15,
        pens=1.0,
        stretch=0.1,
    ),
}


def find_deformation(name: str) -> Deformation | None:
    """Return the deformation of a given name; None for "none".

    Raises
    ------
    InputError
        If the name is unknown.
    """
    if name != "none" and name not in DEFORMATIONS:
        raise InputError(
            f"unknown deformation {name!r}; expected one of: none, {', '.join(DEFORMATIONS)}"
        )
    return DEFORMATIONS.get(name)


def deform(
    digits: Digits,
    order: npt.NDArray[np.intp],
    deformation: Deformation,
    non_digits: float = 0.0,
    seed: int = 0,
    first: int = 0,
) -> Digits:
    """Draw examples of an endless training set.

    Example i is a pure function of the seed, of i and of the digit that it is drawn from. So any
    part of any epoch can be drawn at any time, on any worker. An example takes about 10 µs.

    Parameters
    ----------
    digits : Digits
    order : int array of shape (n,)
        Positions in `digits` of the digits to deform.
    deformation : Deformation
    non_digits : float in [0, 1]
        Share of examples that become non-digits, with the label `NO_DIGIT`.
    seed, first : int >= 0
        Examples `first` to `first` + n - 1 of the seed are drawn.

    Returns
    -------
    Digits
        n examples, in memory.
    """
    from digitwise.data.canvas import Ranges, make_work  # Numba is slow to import
    from digitwise.data.examples_kernel import draw_examples, pick_others

    ranges = asdict(deformation)
    for angle in ("rotation", "slant"):
        ranges[angle] = radians(ranges[angle])
    # Kernels get copies: a set's own arrays may be read-only, for which Numba compiles once more.
    others = pick_others(seed, first, len(order), len(digits))
    images, labels = np.empty((len(order), 28, 28), np.uint8), digits.labels[order]
    draw_examples(
        digits.images[order],
        digits.images[others],
        _pen(digits, order),
        seed,
        first,
        Ranges(*(np.float32(value) for value in ranges.values())),
        np.float32(non_digits),
        _glyphs(),
        make_work(),
        images,
        labels,
    )
    return Digits(images, labels, digits.source)


def _glyphs() -> "Glyphs":
    from digitwise.data.examples_kernel import Glyphs

    forms, first_forms = drawn_forms()
    marks = drawn_marks()
    return Glyphs(
        letter_pieces(),
        *(forms.points, forms.stroke_starts, forms.digit_starts, first_forms),
        *(marks.points, marks.stroke_starts, marks.digit_starts),
    )


def _pen(digits: Digits, order: npt.NDArray[np.intp]) -> "Pen":
    from digitwise.data.examples_kernel import Pen

    strokes = no_strokes(0) if digits.strokes is None else digits.strokes
    if digits.strokes is None:
        nothing = np.zeros(len(order), np.int64)
        return Pen(strokes.points, strokes.stroke_starts, nothing, nothing)
    starts = strokes.digit_starts
    return Pen(strokes.points, strokes.stroke_starts, starts[order], starts[order + 1])
