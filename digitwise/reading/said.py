"""Make results of judged numbers: text, signs, boxes, rejected digits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from digitwise.imaging.components import Component
from digitwise.imaging.pictures import Picture
from digitwise.imaging.region import Region
from digitwise.reading.how import How
from digitwise.reading.judged import Judged
from digitwise.reading.number import Box, Number, ReadDigit
from digitwise.reading.splitting.decide import Decision
from digitwise.reading.written import find_signs, write

# Confidence up to which a number is rejected. Of the 500 real numbers that weights were learnt
# from, 11% above 0.5 were wrong, 9% above 0.6, 6% above 0.7.
SURE_ENOUGH = 0.7


def say(picture: Picture, found: list[Judged], how: How) -> Iterator[Number]:
    """Yield the numbers with digits; with `weighing`, the threshold is a number's, else a digit's.

    Numbers, or digits, up to the threshold are rejected.
    """
    for judged in found:
        decision = judged.decision
        if decision and decision.digits:
            # A number of low confidence is rejected even without a threshold.
            surer_than = max(how.threshold, SURE_ENOUGH) if how.weighing else how.threshold
            yield _number(picture, judged, decision, surer_than if judged.fits else 1.0, how)


def _number(
    picture: Picture, judged: Judged, decision: Decision, surer_than: float, how: How
) -> Number:
    """Return one number; `surer_than` is the threshold of the whole, or of each digit."""
    arcs = judged.arcs
    text, confidence = decision.alternatives[0]
    least_sure = min(p for _, _, p in decision.digits)
    sure = judged.fits and (confidence if how.weighing else least_sure) > how.sure_above
    limit = surer_than
    if how.weighing:
        # A number that is too unsure shows its least sure digits as rejected.
        limit = max(surer_than, least_sure) if confidence <= surer_than else -1.0
    digits = [
        ReadDigit(
            char, p, _box(picture, arcs.pieces[arc]), arcs.pieces[arc].frame, rejected=p <= limit
        )
        for arc, char, p in decision.digits
    ]
    boxes = np.array([digit.bbox for digit in digits])
    x0, y0 = (int(v) for v in boxes[:, :2].min(axis=0))
    x1, y1 = (int(v) for v in boxes[:, 2:].max(axis=0))
    size = picture.width, picture.height
    alternatives = [(t, p) for t, p in decision.alternatives if t]
    if how.with_signs:
        signs = [find_signs(judged.components, arcs, path) for path in decision.paths]
        every = zip(decision.alternatives, signs, strict=True)
        alternatives = [(write(t, of_text), p) for (t, p), of_text in every if t]
        text = write(text, signs[0])
        for sign in reversed(signs[0]):
            place = _box(picture, sign.piece)
            digits.insert(
                sign.behind, ReadDigit(sign.char, sign.p, place, sign.piece.frame, kind="sign")
            )
    tried = tuple(_box(picture, piece) for piece in arcs.pieces)
    box = x0, y0, x1, y1
    return Number(
        text,
        confidence,
        box,
        digits,
        alternatives,
        picture.page,
        size,
        tried=tried,
        decimal=how.decimal,
        fits=judged.fits,
        sure=sure,
    )


def _box(picture: Picture, component: Component) -> Box:
    """Return a component's box in pixels of the original picture."""
    return picture.in_original((component.left, component.top, component.right, component.bottom))


def on_picture(number: Number, picture: Picture, region: Region) -> Number:
    """Return a cut-out region's number with its boxes in pixels of the picture's file."""
    size = picture.width, picture.height
    return number.moved(lambda box: picture.in_original(region.box_on_page(box)), size)


def as_sure(number: Number, confidence: float, how: How) -> Number:
    """Return a number with a confidence that something else has found."""
    limit = max(how.threshold, SURE_ENOUGH)
    least = min((digit.p for digit in number.digits), default=0.0)
    digits = [
        replace(
            digit, rejected=confidence <= limit and digit.p <= least, p=max(digit.p, confidence)
        )
        for digit in number.digits
    ]
    return replace(number, confidence=confidence, digits=digits)


def nothing_read(picture: Picture, reason: str) -> Number:
    """Return an empty number with the reason for its rejection."""
    size = picture.width, picture.height
    return Number("", 0.0, (0, 0, 0, 0), [], [], picture.page, size, reason=reason)


def less_sure(number: Number, factor: float, how: How) -> Number:
    """Return a number with its probabilities times a factor, rejected if that is too low."""
    confidence = factor * number.confidence
    digits = number.digits
    if confidence <= max(how.threshold, SURE_ENOUGH):
        least = min(digit.p for digit in number.without_signs)
        digits = [
            replace(d, rejected=d.rejected or (d.kind == "digit" and d.p <= least)) for d in digits
        ]
    alternatives = [(text, factor * p) for text, p in number.alternatives]
    return replace(
        number,
        confidence=confidence,
        digits=digits,
        alternatives=alternatives,
        sure=number.sure and confidence > how.sure_above,
    )
