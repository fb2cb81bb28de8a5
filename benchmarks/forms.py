"""Share of a filled form's fields that are read right, by one command from pictures to a table.

    python benchmarks/forms.py [-n 50] [--cheque] [--photographs] [--shadow] [--hands] [--seed 2028]

An A4 form is filled with MNIST's test digits (DIGITWISE_DATA), each copy by another hand. It has
boxes, combs, lines to write on, and cells with dashed dividers, whose numbers add up; unused cells
are crossed out or blank. A cheque has a date, an amount and hardly a printed line. With `--hands`,
copies take their digits in turn from MNIST and from the held-out parts of other collections
(DIGITWISE_COLLECTIONS). Scans are rotated, shifted, scaled, grey and noisy, stored as JPEG in PDF.
Photographs show the page on a dark table, from an angle of up to 25 degrees, bent, in uneven light;
`--shadow` adds a shadow. A field is right if all of its digits, signs and crosses are right and it
is not rejected; a missing field is wrong.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from drawn_forms import CHEQUE, DELIVERY, fill, photograph, scan
from measure import machine, mnist
from PIL import Image

import digitwise as dw

SEED = 2028
COLLECTIONS = ("cvl_digits", "danish_parish", "nist_delft", "orand_car_a", "optdigits_orig")


def digits_of(hands):
    """Return the sources of digits: each is ten arrays of images, by label."""
    sources = [mnist()[1]]
    if hands:
        sources += [dw.load(name)[1] for name in COLLECTIONS]
    return [[each.images[each.labels == label] for label in range(10)] for each in sources]


def draw(folder, form, count, take, hands, seed):
    """Write the form, its description and filled copies; return the texts of each copy's fields."""
    sources = digits_of(hands)
    blank = form.draw()
    Image.fromarray(blank).save(folder / "blank.png")
    (folder / "form.toml").write_text(form.describe())
    (folder / "forms").mkdir()
    written = {}
    for copy in range(count):
        rng = np.random.default_rng([seed, copy])
        filled, texts = fill(form, blank, sources[copy % len(sources)], rng)
        image, resolution = take(filled, rng)
        path = folder / "forms" / f"{copy:03}.pdf"
        image.save(path, resolution=resolution)
        written[str(path)] = texts
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=50)
    parser.add_argument("--cheque", action="store_true", help="a cheque instead of the A4 form")
    parser.add_argument("--photographs", action="store_true", help="photographs instead of scans")
    parser.add_argument("--shadow", action="store_true", help="photographs in a shadow")
    parser.add_argument("--hands", action="store_true", help="digits of several collections")
    parser.add_argument("--seed", type=int, default=SEED, help="another for choosing constants")
    parser.add_argument(
        "--keep", type=Path, help="new folder in which to keep the form and its copies"
    )
    options = parser.parse_args()
    print(machine())
    form, take = (CHEQUE if options.cheque else DELIVERY), scan
    if options.photographs or options.shadow:
        take = partial(photograph, shadow=options.shadow)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch) / "form"
        folder.mkdir()
        written = draw(folder, form, options.n, take, options.hands, options.seed)
        table = folder / "table.csv"
        command = ["read", str(folder / "forms"), "--fields", str(folder / "form.toml")]
        subprocess.run(
            [sys.executable, "-m", "digitwise", *command, "-o", str(table)],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        with table.open(newline="") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
    report(form, written, rows)


def report(form, written, rows):
    right = dict.fromkeys(form.fields, 0)
    sure = sure_wrong = 0
    for path, texts in written.items():
        row = rows.get(path, {})
        for name, text in texts.items():
            found, is_sure = row.get(name), row.get(f"{name} state") == "sure"
            right[name] += found == text
            sure += is_sure
            sure_wrong += is_sure and found != text
            if found != text:
                print(f"{Path(path).name} {name}: {text}, read {found!r}")
    for name, count in right.items():
        print(f"{name:12} {form.fields[name][2]:6} {count / len(written):7.1%}")
    fields = len(written) * len(form.fields)
    print(f"{sum(right.values()) / fields:.2%} of {fields} fields; {sure} sure, {sure_wrong} wrong")


if __name__ == "__main__":
    main()
