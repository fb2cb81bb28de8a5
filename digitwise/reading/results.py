"""Results of judged numbers: text, signs, boxes, and whether a number is rejected."""

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


def make_numbers(picture: Picture, found: list[Judged], how: How) -> Iterator[Number]:
    """Yield the numbers with digits.

    With `weighing`, a number is rejected if its confidence is at most the threshold; without, a
    digit is.
    """
    for judged in found:
        decision = judged.decision
        if decision and decision.digits:
            threshold = how.number_threshold if how.weighing else how.threshold
            yield _number(picture, judged, decision, threshold if judged.fits else 1.0, how)


def _number(
    picture: Picture, judged: Judged, decision: Decision, threshold: float, how: How
) -> Number:
    """Return one number; the threshold is the number's, or without `weighing` each digit's."""
    arcs = judged.arcs
    text, confidence = decision.alternatives[0]
    least_sure = min(p for _, _, p in decision.digits)
    sure = judged.fits and (confidence if how.weighing else least_sure) > how.sure_above
    if how.weighing:
        threshold = digit_threshold(confidence, least_sure, threshold)
    read = [(char, p, arcs.pieces[arc]) for arc, char, p in decision.digits]
    digits = [
        ReadDigit(char, p, box_of(picture, piece), piece.frame, rejected=p <= threshold)
        for char, p, piece in read
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
            place = box_of(picture, sign.piece)
            digits.insert(
                sign.digits_before,
                ReadDigit(sign.char, sign.p, place, sign.piece.frame, kind="sign"),
            )
    tried = tuple(box_of(picture, piece) for piece in arcs.pieces)
    paths = tuple(
        tuple((tried[arc], char) for arc, char in path)
        for (t, _), path in zip(decision.alternatives, decision.paths, strict=True)
        if t
    )
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
        paths=paths,
        decimal=how.decimal,
        fits=judged.fits,
        sure=sure,
    )


def digit_threshold(confidence: float, least_sure: float, threshold: float) -> float:
    """Return the probability up to which a number's digits are rejected; -1 for no digit.

    A number that is rejected shows at least its least sure digits as rejected.

    Parameters
    ----------
    confidence, threshold : float
        The number's confidence, and the confidence up to which it is rejected.
    least_sure : float
        Probability of the number's least sure digit.
    """
    return max(threshold, least_sure) if confidence <= threshold else -1.0


def box_of(picture: Picture, component: Component) -> Box:
    """Return a component's box in pixels of the original picture."""
    return picture.in_original((component.left, component.top, component.right, component.bottom))


def box_around(picture: Picture, number: list[Component]) -> Box:
    """Return the box of a number's components in pixels of the original picture."""
    left, top = min(c.left for c in number), min(c.top for c in number)
    right, bottom = max(c.right for c in number), max(c.bottom for c in number)
    return picture.in_original((left, top, right, bottom))


def on_picture(number: Number, picture: Picture, region: Region) -> Number:
    """Return a cut-out region's number with its boxes in pixels of the picture's file."""
    size = picture.width, picture.height
    return number.moved(lambda box: picture.in_original(region.box_on_page(box)), size)


def with_confidence(number: Number, confidence: float, how: How) -> Number:
    """Return a number with another confidence, that of a check or a sum rule."""
    rejected = confidence <= how.number_threshold
    least = min((digit.p for digit in number.digits), default=0.0)
    digits = [
        replace(digit, rejected=rejected and digit.p <= least, p=max(digit.p, confidence))
        for digit in number.digits
    ]
    sure = confidence > how.sure_above
    return replace(number, confidence=confidence, digits=digits, sure=sure)


def nothing_read(picture: Picture, reason: str) -> Number:
    """Return an empty number with the reason for its rejection."""
    size = picture.width, picture.height
    return Number("", 0.0, (0, 0, 0, 0), [], [], picture.page, size, reason=reason)


def less_sure(number: Number, factor: float, how: How) -> Number:
    """Return a number with its probabilities times a factor, rejected if that is too low."""
    confidence = factor * number.confidence
    digits = number.digits
    if confidence <= how.number_threshold:
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
