"""Share of a filled form's fields that are read right, by one command from PDF files to a table.

    python benchmarks/forms.py [-n 50] [--photographs] [--keep FOLDER]

An A4 form is filled with MNIST's test digits (DIGITWISE_DATA), each copy by another hand. It has
boxes, combs, lines to write on, and cells with dashed dividers, whose numbers add up; unused cells
are crossed out or blank. Scans are rotated, shifted, scaled, grey and noisy, stored as JPEG in PDF.
Photographs show the page on a dark table, from an angle of up to 25 degrees, bent, in uneven light.
A field is right if all of its digits and crosses are right and it is not rejected; a missing field
is wrong.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from measure import machine, mnist
from PIL import Image

SEED = 2028
DOTS_PER_INCH = 300
A4_PX = (3508, 2480)  # height and width of the page
DIGIT_PX = 64  # mean height of a digit, 5.4 mm
HEIGHT_PX = 110  # of a box, or of the place above a line
CELL_PX = 84  # width of a cell
MAX_ROTATION_DEGREES = 3.0  # of a scan
SCALES = (0.6, 1.2)  # range of the scan's resolution divided by the form's
MAX_SHIFT_PX = 40  # of a scan

# name: left, top, kind, minimum and maximum of digits, settings in the description
FIELDS = {
    "customer": (200, 500, "comb", 8, 8, "count = 8"),
    "postal code": (1300, 500, "comb", 5, 5, "count = 5"),
    "day": (200, 800, "comb", 2, 2, "count = 2"),
    "year": (600, 800, "comb", 4, 4, "count = 4"),
    "amount": (1300, 800, "box", 3, 5, 'count = "3-5"'),
    "tax": (200, 1100, "box", 2, 4, 'count = "2-4"'),
    "total": (1300, 1100, "box", 4, 4, "count = 4"),
    "items": (200, 1400, "box", 1, 3, ""),
    "telephone": (1300, 1400, "line", 7, 7, "count = 7"),
    "order": (200, 1700, "line", 5, 5, "count = 5"),
    "pages": (1300, 1700, "line", 2, 3, 'count = "2-3"'),
    "meter": (200, 2000, "line", 6, 6, ""),
    "votes a": (200, 2400, "dashed", 1, 3, "cells = 3"),
    "votes b": (200, 2600, "dashed", 1, 3, "cells = 3"),
    "invalid": (200, 2800, "dashed", 1, 3, 'cells = 3\nblank = "leading"'),
    "votes": (1300, 2800, "dashed", 1, 4, "cells = 4"),
    "free a": (1300, 2400, "dashed", 1, 4, "cells = 4"),
    "free b": (1300, 2600, "dashed", 1, 4, "cells = 4"),
}
PARTS, TOTAL = ("votes a", "votes b", "invalid"), "votes"
RULE = f'[[rule]]\nsum = [{", ".join(map(repr, PARTS))}]\nequals = "{TOTAL}"\n'
CROSSED = 0.6  # share of fields whose unused cells are crossed out; others stay blank
MAX_TILT_DEGREES = 25.0  # of the paper against the camera


def width_of(kind, most):
    return CELL_PX * most if kind in ("comb", "dashed") else 900


def draw_form():
    page = np.full(A4_PX, 255, np.uint8)
    cv2.putText(page, "Delivery note", (200, 260), cv2.FONT_HERSHEY_DUPLEX, 3.0, 30, 5)
    cv2.line(page, (200, 320), (2280, 320), 30, 4)
    for name, (left, top, kind, _, most, _) in FIELDS.items():
        wide = width_of(kind, most)
        cv2.putText(page, name, (left, top - 24), cv2.FONT_HERSHEY_DUPLEX, 1.3, 60, 2)
        if kind == "line":
            cv2.line(page, (left, top + HEIGHT_PX), (left + wide, top + HEIGHT_PX), 40, 3)
            continue
        cv2.rectangle(page, (left, top), (left + wide, top + HEIGHT_PX), 40, 3)
        for x in range(left + CELL_PX, left + wide, CELL_PX) if kind == "comb" else ():
            cv2.line(page, (x, top), (x, top + HEIGHT_PX), 40, 3)
        for x in range(left + CELL_PX, left + wide, CELL_PX) if kind == "dashed" else ():
            for y in range(top, top + HEIGHT_PX, 14):
                cv2.line(page, (x, y), (x, y + 7), 110, 2)
    return page


def describe():
    parts = [f'size = [{A4_PX[1]}, {A4_PX[0]}]\nreference = "blank.png"\n']
    for name, (left, top, kind, _, most, known) in FIELDS.items():
        box = [left, top, left + width_of(kind, most), top + HEIGHT_PX]
        parts.append(f'[[field]]\nname = "{name}"\nbox = {box}\n{known}\n')
    return "\n".join([*parts, RULE])


def cross_out(page, left, top, rng, hand):
    """Cross a cell out."""
    middle = np.array([left + CELL_PX / 2, top + HEIGHT_PX / 2]) + rng.normal(0, 5, 2)
    pen = int(rng.integers(3, 8))
    shade = round(255 * (1 - hand["dark"]))
    for way in (-1, 1):
        half = np.array([way * rng.uniform(18, 34), rng.uniform(20, 40)])
        bend = rng.normal(0, 4, 2)
        curve = [middle - half, middle + bend, middle + half]
        points = np.rint(curve).astype(np.int32)[:, None]
        cv2.polylines(page, [points], False, shade, pen, cv2.LINE_AA)


def write(page, text, left, top, kind, images, rng, hand):
    """Write a number onto the page, with random images of each digit."""
    in_cells = kind in ("comb", "dashed")
    x = left + (0 if in_cells else rng.integers(20, 120))
    for place, char in enumerate(text):
        if char == "×":
            cross_out(page, left + CELL_PX * place, top, rng, hand)
        if not char.isdigit():
            continue
        image = rng.choice(images[int(char)])
        high = round(hand["high"] * rng.normal(1, 0.05))
        scale = high / 20
        slanted = cv2.warpAffine(
            image,
            np.array(
                [[scale, -hand["slant"] * scale, 14 * hand["slant"] * scale + 12], [0, scale, 12]]
            ),
            (round(28 * scale) + 24, round(28 * scale) + 24),
            flags=cv2.INTER_CUBIC,
        )
        inked = slanted > 40
        rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
        ink = slanted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        y = top + (HEIGHT_PX - ink.shape[0]) // 2 + round(rng.normal(0, 3))
        if in_cells:
            x = left + CELL_PX * place + (CELL_PX - ink.shape[1]) // 2 + round(rng.normal(0, 4))
        there = page[y : y + ink.shape[0], x : x + ink.shape[1]]
        np.minimum(there, 255 - (hand["dark"] * ink).astype(np.uint8), out=there)
        x += ink.shape[1] + rng.integers(6, 26)


def fill(page, images, rng):
    page, texts = page.copy(), {}
    hand = {
        "high": rng.normal(DIGIT_PX, 5),
        "slant": rng.normal(0, 0.1),
        "dark": rng.uniform(0.6, 0.95),
    }
    for name, (_, _, _, least, most, _) in FIELDS.items():
        digits = rng.integers(0, 10, rng.integers(least, most + 1))
        texts[name] = "".join(map(str, digits))
    for name in PARTS:
        texts[name] = str(int(texts[name]))  # no leading zeros
    texts[TOTAL] = str(sum(int(texts[name]) for name in PARTS))
    for name, (left, top, kind, _, most, _) in FIELDS.items():
        if kind == "dashed":
            free = "×" if rng.random() < CROSSED else " "
            texts[name] = texts[name].rjust(most, free)
        write(page, texts[name], left, top, kind, images, rng, hand)
    return page, {name: text.replace(" ", "") for name, text in texts.items()}


def photograph(page, rng):
    """Photograph a page on a table: from an angle, bent, in uneven light."""
    high, wide = page.shape
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    bent = 0.004 * wide * rng.uniform(-1, 1) * np.sin(np.pi * (y / high + rng.uniform(0, 1)))
    page = cv2.remap(page, x + bent, y + bent / 2, cv2.INTER_LINEAR, borderValue=255)
    tilt, turn = np.radians(rng.uniform(0.4, 1) * MAX_TILT_DEGREES), rng.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(turn), np.sin(turn), 0])
    rotation, _ = cv2.Rodrigues(axis * tilt)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    flat = np.column_stack([corners - (wide / 2, high / 2), np.zeros(4)]) @ rotation.T
    away = 1.5 * high
    seen = flat[:, :2] / (1 + flat[:, 2:] / away)
    angle = np.radians(rng.uniform(-8, 8))
    seen = seen @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen -= seen.min(axis=0)
    scale = rng.uniform(0.65, 0.9)
    margin = rng.uniform(60, 200, 2)
    size = np.ceil(seen.max(axis=0) * scale + 2 * margin).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, (seen * scale + margin).astype(np.float32))
    soft = cv2.GaussianBlur(page, (0, 0), 0.6 / scale)
    table = cv2.warpPerspective(
        soft, matrix, size.tolist(), flags=cv2.INTER_AREA, borderValue=int(rng.integers(40, 110))
    )
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    light = 0.85 + 0.12 * (x * np.cos(turn) + y * np.sin(turn))
    noisy = table * light + rng.normal(6, rng.uniform(2, 5), table.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), 200


def scan(page, rng):
    high, wide = page.shape
    scale = rng.uniform(*SCALES)
    size = round(wide * scale), round(high * scale)
    matrix = cv2.getRotationMatrix2D(
        (wide / 2, high / 2), rng.uniform(-1, 1) * MAX_ROTATION_DEGREES, scale
    )
    matrix[:, 2] += (np.array(size) - (wide, high)) / 2 + rng.uniform(
        -MAX_SHIFT_PX, MAX_SHIFT_PX, 2
    ) * scale
    soft = cv2.GaussianBlur(page, (0, 0), 0.6 / scale)
    turned = cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_AREA, borderValue=255)
    noisy = turned * rng.uniform(0.8, 0.95) + rng.normal(8, rng.uniform(2, 6), turned.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), scale * DOTS_PER_INCH


def draw(folder, count, take=scan):
    """Write the form, its description and filled copies; return the texts of each copy's fields."""
    digits = mnist()[1]
    images = [digits.images[digits.labels == label] for label in range(10)]
    blank = draw_form()
    Image.fromarray(blank).save(folder / "blank.png")
    (folder / "form.toml").write_text(describe())
    (folder / "forms").mkdir()
    written = {}
    for copy in range(count):
        rng = np.random.default_rng([SEED, copy])
        filled, texts = fill(blank, images, rng)
        image, resolution = take(filled, rng)
        path = folder / "forms" / f"{copy:03}.pdf"
        image.save(path, resolution=resolution)
        written[str(path)] = texts
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=50)
    parser.add_argument("--photographs", action="store_true", help="photographs instead of scans")
    parser.add_argument(
        "--keep", type=Path, help="new folder in which to keep the form and its copies"
    )
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch) / "form"
        folder.mkdir()
        written = draw(folder, options.n, photograph if options.photographs else scan)
        table = folder / "table.csv"
        command = ["read", str(folder / "forms"), "--fields", str(folder / "form.toml")]
        subprocess.run(
            [sys.executable, "-m", "digitwise", *command, "-o", str(table)],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        with table.open(newline="") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
    right = dict.fromkeys(FIELDS, 0)
    for path, texts in written.items():
        for name, text in texts.items():
            found = rows.get(path, {}).get(name)
            right[name] += found == text
            if found != text:
                print(f"{Path(path).name} {name}: {text}, read {found!r}")
    for name, count in right.items():
        print(f"{name:12} {FIELDS[name][2]:5} {count / options.n:7.1%}")
    print(
        f"{sum(right.values()) / options.n / len(FIELDS):.2%} of {options.n * len(FIELDS)} fields"
    )


if __name__ == "__main__":
    main()
