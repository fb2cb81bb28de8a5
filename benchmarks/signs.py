"""Share of drawn numbers with signs that are read right, by form: dates, amounts, temperatures.

    python benchmarks/signs.py --data-dir ../shared/mnist [-n 300] [--model M]

Numbers are drawn with digits of writers whom no network learnt from. A number is right if its text
has the digits and signs that were written; currencies, ticks and what closes an amount stay out.
"""

import argparse
from pathlib import Path

import numpy as np
from measure import table
from real import percent

import digitwise as dw
from digitwise.data.digits import join
from digitwise.data.others import load_other
from digitwise.data.strings import Hand, draw_number
from digitwise.training.run import MAX_HELD_OUT_DIGITS

HAND = Hand(signs=True, wobble=0.08, gap=(0.08, 0.4))
COLLECTIONS = ("cvl_digits", "danish_parish")
SEED = 2026


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--model")
    parser.add_argument("-n", type=int, default=300)
    options = parser.parse_args()
    digits = of_new_writers(options.data_dir)
    reader = dw.Reader(options.model)
    rows = []
    for form, number in enumerate(FORMS):
        right, accepted, wrong = 0, 0, 0
        for index in range(options.n):
            written, text = FORMS[number](np.random.default_rng([SEED, form, index]))
            image = draw_number(digits, HAND, SEED, index, written).image
            found = max(reader.read(image, "number"), key=lambda n: n.confidence, default=None)
            is_right = found is not None and found.text == text
            right += is_right
            if found and not found.rejected:
                accepted += 1
                wrong += not is_right
        rows.append([number, percent(right, options.n), accepted, percent(wrong, accepted)])
        print(*rows[-1], sep="   ", flush=True)
    print(table(["form", "right", "accepted", "wrong of them"], rows))


def of_new_writers(data_dir):
    """Return held-out digits of collections, without those that teaching draws numbers with."""
    sets = [load_other(name, data_dir).held_out for name in COLLECTIONS]
    kept = []
    for digits in sets:
        step = -(-len(digits) // MAX_HELD_OUT_DIGITS)
        kept.append(digits[np.flatnonzero(np.arange(len(digits)) % step)])
    return join(kept, "new writers")


def some(rng, least, most):
    """Return `least` to `most` random digits."""
    return "".join(map(str, rng.integers(0, 10, int(rng.integers(least, most + 1)))))


def date(rng, sign):
    """Return a day between 1850 and 2029, in one of many orders and lengths."""
    year, month, day = (int(rng.integers(*r)) for r in ((1850, 2030), (1, 13), (1, 29)))
    short = rng.random() < 0.5
    parts = [f"{v}" if short else f"{v:02}" for v in (day, month)]
    whole = rng.random() < 0.6
    return sign.join([*rng.permutation(parts), f"{year}" if whole else f"{year % 100:02}"])


def grouped(rng, sign):
    """Return an amount grouped by thousands."""
    return f"{int(rng.integers(1000, 1_000_000)):,}".replace(",", sign)


def same(draw):
    """Return a form whose text is all that is written."""

    def form(rng):
        text = draw(rng)
        return text, text

    return form


def around(before="", after=""):
    """Return a form with signs or marks around digits that are not a part of the text."""

    def form(rng):
        text = some(rng, 2, 6)
        return [*before, *text, *after], text

    return form


FORMS = {
    "plain": same(lambda rng: some(rng, 2, 6)),
    "minus": same(lambda rng: "-" + some(rng, 1, 4)),
    "decimal point": same(lambda rng: some(rng, 1, 4) + "." + some(rng, 2, 2)),
    "decimal comma": same(lambda rng: some(rng, 1, 4) + "," + some(rng, 2, 2)),
    "thousands": same(lambda rng: grouped(rng, ".")),
    "date with slashes": same(lambda rng: date(rng, "/")),
    "date with dashes": same(lambda rng: date(rng, "-")),
    "date with points": same(lambda rng: date(rng, ".")),
    "time": same(lambda rng: some(rng, 1, 2) + ":" + some(rng, 2, 2)),
    "two with a dash": same(lambda rng: some(rng, 3, 3) + "-" + some(rng, 4, 4)),
    "two with a slash": same(lambda rng: some(rng, 1, 3) + "/" + some(rng, 2, 2)),
    **{f"closed with {c}": around(after=c) for c in (".-", "/-", "=", "-", ".=", "/=")},
    **{f"currency {c}": around(before=c) for c in ("$", "€", "£", "¥", "₹", "#")},
    **{f"followed by {c}": around(after=[c]) for c in ("%", "tick", "x")},
}


if __name__ == "__main__":
    main()
