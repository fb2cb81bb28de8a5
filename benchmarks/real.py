"""Share of real numbers that are read right, by kind: a folder of pictures with `truth.json`.

    python benchmarks/real.py ../shared/numbers [--part choose|develop] [--model M] [--peers]

The kind is the first word of a file's name. `develop` are the training numbers, `choose` the
numbers to measure on (see `digitwise.data.real_numbers`). `--peers` reads the same pictures with
Tesseract and RapidOCR, if pytesseract and rapidocr-onnxruntime are installed.
"""

import argparse
import importlib.util
import re
from pathlib import Path

from measure import table

import digitwise as dw
from digitwise.data.real_numbers import read_real_numbers

SURE = 0.9  # confidence
ASKED = 0.01  # value of `--max-error`


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("choose", "develop"), default="choose")
    parser.add_argument("--model")
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    develop, choose = read_real_numbers(options.folder)
    numbers = develop if options.part == "develop" else choose
    reader = dw.Reader(options.model) if options.model else dw.Reader()
    rows = []
    for layout in ("number", "auto"):
        surest = {n.path: best(reader.read(n.path, layout, signs="none")) for n in numbers}
        limit = reader.threshold(ASKED, layout)
        for kind in sorted({kind_of(number) for number in numbers}):
            some = [(n.text, *surest[n.path]) for n in numbers if kind_of(n) == kind]
            rows.append([f"{kind}, `{layout}`", len(some), *columns(some, limit)])
    titles = ["kind", "n", "right", "accepted", "wrong of them", f"at {SURE} and more", "wrong"]
    titles += [f"at --max-error {ASKED}", "wrong"]
    print(table(titles, rows))
    if options.peers:
        print(table(["peer", "kind", "right"], peers(numbers)))


def best(found):
    """Return text and confidence of the most confident number, and whether it was accepted."""
    if not found:
        return "", 0.0, False
    number = max(found, key=lambda n: n.confidence)
    text = number.alternatives[0][0] if number.alternatives else ""
    return text, number.confidence, not number.rejected


def columns(some, limit):
    """Return the share right, then number and error rate of the accepted and above two limits."""
    found = [percent(sum(text == truth for truth, text, *_ in some), len(some))]
    for is_in in (lambda c, ok: ok, lambda c, ok: c >= SURE, lambda c, ok: c > limit):
        kept = [(truth, text) for truth, text, c, ok in some if is_in(c, ok)]
        found += [len(kept), percent(sum(a != b for a, b in kept), len(kept))]
    return found


def percent(part, whole):
    """Format a share: 3 of 40 → "7.5%"."""
    return f"{100 * part / whole:.1f}%" if whole else ""


def kind_of(number):
    """Return a number's kind: `amount_a_car_000155.jpg` → amount."""
    return number.path.name.split("_")[0]


def peers(numbers):
    """Return rows of the share of numbers for which a peer reads exactly the right digits."""
    rows = []
    for name, read in (("Tesseract", tesseract()), ("RapidOCR", rapidocr())):
        if read is None:
            rows.append([name, "", "not installed"])
            continue
        right = [(kind_of(n), re.sub(r"\D", "", read(n.path)) == n.text) for n in numbers]
        for kind in sorted({kind for kind, _ in right}):
            some = [ok for k, ok in right if k == kind]
            rows.append([name, kind, percent(sum(some), len(some))])
    return rows


def tesseract():
    """Return Tesseract, set to one line of digits; None if it is missing."""
    if importlib.util.find_spec("pytesseract") is None:
        return None
    import pytesseract
    from PIL import Image

    config = "--psm 7 -c tessedit_char_whitelist=0123456789"
    return lambda path: pytesseract.image_to_string(Image.open(path), config=config)


def rapidocr():
    """Return RapidOCR's recogniser, without its detector; None if it is missing."""
    if importlib.util.find_spec("rapidocr_onnxruntime") is None:
        return None
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def read(path):
        result, _ = engine(str(path), use_det=False, use_cls=False)
        return "".join(text for text, *_ in result or [])

    return read


if __name__ == "__main__":
    main()
