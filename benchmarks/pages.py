"""Measure the reading of pages: numbers found, read right, and invented, by kind of page.

    python benchmarks/pages.py --data-dir ../shared/mnist [-n 6] [--kinds table,letter] [--draw DIR]

The pages are drawn (`drawn_pages.py`), each with the held-out digits of another collection. A
number is found if a reading's middle lies in its box, and covers half of the box's width at least;
a reading that lies on no number is invented. Rejected readings find numbers, but count neither as
right nor as invented.
"""

import argparse
from collections import Counter
from pathlib import Path

from drawn_pages import KINDS, draw_page
from measure import machine, table
from PIL import Image

import digitwise as dw
from digitwise.reading.overlay import draw_overlay

COLLECTIONS = ("mnist", "cvl_digits", "danish_parish", "orand_car_a")
SEED = 2041
WIDE = 0.5  # share of a number's width that a reading covers, at least


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("-n", type=int, default=6, help="pages of each kind")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--draw", type=Path, help="folder for the pages with readings")
    options = parser.parse_args()
    hands = [held_out(name, options.data_dir) for name in COLLECTIONS]
    reader = dw.Reader()
    rows, overall = [], Counter()
    for kind in options.kinds.split(","):
        counts = Counter()
        for index in range(options.n):
            page, numbers = draw_page(kind, hands[index % len(hands)], options.seed, index)
            found = readings(reader, page)
            counts.update(judge(found, numbers))
            if options.draw:
                options.draw.mkdir(parents=True, exist_ok=True)
                overlay = draw_overlay(Image.fromarray(page), found or [])
                (options.draw / f"{kind}_{index}.png").write_bytes(overlay)
        overall.update(counts)
        rows.append(row(kind, counts))
        print(rows[-1], flush=True)
    titles = ["kind", "numbers", "found", "right", "accepted", "wrong", "invented", "refused pages"]
    print(table(titles, [*rows, row("all", overall)]))
    print(f"{options.n} pages of each kind. {machine()}")


def held_out(name, data_dir):
    train, test = dw.load(name, data_dir)
    return train[-5000:] if name == "mnist" else test


def readings(reader, page):
    try:
        return reader.read(page, signs="none")
    except dw.DigitwiseError as error:
        print(error)
        return None


def judge(found, numbers):
    """Count a page's numbers and readings."""
    counts = Counter(numbers=len(numbers), refused=found is None)
    hit = [set() for _ in numbers]
    for reading in found or ():
        x0, y0, x1, y1 = reading.bbox
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        on = [k for k, (_, box) in enumerate(numbers) if inside(middle, box)]
        for k in on:
            left, _, right, _ = numbers[k][1]
            if min(x1, right) - max(x0, left) >= WIDE * (right - left):
                hit[k].add((reading.text, reading.rejected))
        counts["accepted"] += not reading.rejected
        right = any(numbers[k][0] == reading.text for k in on)
        counts["invented"] += not on and not reading.rejected
        counts["wrong"] += bool(on) and not right and not reading.rejected
    counts["found"] = sum(map(bool, hit))
    for (text, _), of_number in zip(numbers, hit, strict=True):
        counts["right"] += (text, False) in of_number
    return counts


def inside(point, box):
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def row(name, counts):
    n = counts["numbers"]
    shares = [f"{100 * counts[key] / max(1, n):.1f}%" for key in ("found", "right")]
    return [name, n, *shares, *(counts[k] for k in ("accepted", "wrong", "invented", "refused"))]


if __name__ == "__main__":
    main()
