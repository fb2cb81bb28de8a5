"""Make the pictures of README: python docs/make_pictures.py [reading] [learning] [sweep]

`reading` draws a number on uneven paper (number.jpg) and reads it (reading.png). `learning` and
`sweep` train on MNIST, which must be on this machine (DIGITWISE_DATA or the cache). Without a name
all pictures are made.
"""

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw

import digitwise as dw
from digitwise.cli.axes import numbers
from digitwise.files import write_atomically
from digitwise.reading.overlay import draw_overlay
from digitwise.training.curves import draw_curves
from digitwise.training.presets import PRESETS
from digitwise.training.sweep import Sweep, combinations, split
from digitwise.training.sweep_picture import draw_sweep

HERE = Path(__file__).parent
# Each digit as pen strokes through points of a box of 10 × 16.
STROKES = {
    "0": [[(6, 0), (2, 2), (0, 8), (2, 15), (6, 16), (9, 10), (9, 4), (6, 0), (4, 1)]],
    "2": [[(1, 4), (3, 0), (8, 1), (8, 6), (4, 11), (0, 15), (5, 15), (10, 16)]],
    "3": [[(1, 2), (5, 0), (9, 2), (8, 6), (4, 8), (9, 10), (9, 14), (5, 16), (0, 14)]],
    "5": [[(2, 0), (1, 7), (6, 6), (9, 10), (7, 15), (3, 16), (0, 14)], [(2, 0), (9, 0)]],
    "7": [[(0, 1), (5, 1), (10, 0), (7, 7), (4, 16)], [(3, 9), (9, 8)]],
    "8": [[(8, 2), (4, 0), (1, 3), (4, 7), (9, 11), (6, 16), (2, 14), (3, 10), (9, 4), (8, 2)]],
}


def smooth(points: np.ndarray) -> np.ndarray:
    """A Catmull-Rom curve through points of shape (n, 2)."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 20, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*pieces, points[-1:]])


def draw_number(text: str, rng: np.random.Generator) -> Image.Image:
    """A picture of a number: wobbly, slanted strokes of a blue pen on paper lit from one side."""
    size, scale = (130 * len(text) + 100, 300), 9.0
    canvas = Image.new("L", size, 0)
    pen = ImageDraw.Draw(canvas)
    for i, char in enumerate(text):
        corner = np.array([80 + 130 * i, 80]) + rng.normal(0, 7, 2)
        slant, width = rng.normal(0.15, 0.08), int(rng.integers(7, 10))
        for stroke in STROKES[char]:
            points = np.array(stroke, float) + rng.normal(0, 0.25, (len(stroke), 2))
            points[:, 0] -= slant * (points[:, 1] - 8)
            for x, y in corner + scale * smooth(points):
                pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    ink = np.asarray(canvas)[:, :, None] / 255
    light = np.linspace(0.95, 0.7, size[0])[None, :, None] * np.array([1, 0.98, 0.93])
    page = light * (1 - ink) + ink * np.array([0.2, 0.25, 0.5])
    page = page + rng.normal(0, 0.01, page.shape[:2])[:, :, None]
    return Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))


def main() -> None:
    names = sys.argv[1:] or list(PICTURES)
    if unknown := set(names) - PICTURES.keys():
        sys.exit(f"unknown: {', '.join(unknown)}; expected some of {', '.join(PICTURES)}")
    for name in names:
        PICTURES[name]()


def make_reading() -> None:
    page = draw_number("8205373", np.random.default_rng(4))
    page.save(HERE / "number.jpg", quality=75)
    with Image.open(HERE / "number.jpg") as page:
        write_atomically(HERE / "reading.png", draw_overlay(page, dw.Reader().read(page)))


def make_learning() -> None:
    s = PRESETS["default"]
    train, test = dw.load("mnist")
    net = dw.Network([784, *s.hidden, 10], cost=s.cost, init=s.init, rng=s.seed, dtype=np.float32)
    history = dw.fit(net, train, test, settings=s)
    title = "784-100-10 on MNIST, digitwise train"
    write_atomically(HERE / "learning.png", draw_curves(history, title))


def make_sweep() -> None:
    train, _ = dw.load("mnist")
    write_atomically(HERE / "sweep.png", draw_sweep(sweep(train)))


def sweep(train: dw.Digits) -> list[dict]:
    """README's example: digitwise sweep."""
    axes = {
        "hidden": [(15,), (30,), (100,)],
        "learning_rate": numbers("0.1:10:log7", "--learning-rate"),
        "seed": [0, 1, 2, 3, 4],
    }
    grid = combinations(replace(PRESETS["default"], data="mnist", epochs=5), axes)
    with TemporaryDirectory() as folder:
        run = Sweep(grid, *split(train), Path(folder))
        run.run()
        return run.rows()


PICTURES = {"reading": make_reading, "learning": make_learning, "sweep": make_sweep}

if __name__ == "__main__":
    main()
