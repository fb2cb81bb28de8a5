"""Symbols drawn by a script, each time otherwise: strokes, pictures, framed images."""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from digitwise.imaging.digit import frame_picture

NAMES = ("circle", "triangle", "star")


def strokes(name, rng):
    """One stroke in about -1..1, shape (n, 2): turned, slanted, stretched and bent at random."""
    corners = {"circle": 20, "triangle": 3, "star": 5}[name]
    step = 2 * np.pi * (2 if name == "star" else 1) / corners
    angles = -np.pi / 2 + step * np.arange(corners + 1)
    ends = np.c_[np.cos(angles), np.sin(angles)]
    t = np.linspace(0, 1, 20 // corners, endpoint=False)[:, None]
    points = np.vstack([a + t * (b - a) for a, b in pairwise(ends)])
    points = np.vstack([points, ends[-1:]])
    wave = 0.08 * np.sin(2 * points[:, ::-1] + rng.uniform(0, 6, 2))
    turn, slant = rng.normal(0, 0.14), rng.normal(0, 0.12)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = turned @ [[1, slant], [0, 1]] @ np.diag(np.exp(rng.normal(0, 0.15, 2)))
    return (points + wave) @ shape.T


def picture(name, rng, side=160):
    canvas = Image.new("L", (side, side), 255)
    pen, width = ImageDraw.Draw(canvas), int(rng.integers(5, 9))
    points = [tuple(side * (0.5 + 0.3 * point)) for point in strokes(name, rng)]
    pen.line(points, fill=20, width=width, joint="curve")
    return canvas


def images(name, count, rng):
    """Framed, uint8 of shape (count, 28, 28)."""
    light = [np.asarray(picture(name, rng), np.float32) / 255 for _ in range(count)]
    return np.stack([frame_picture(one) for one in light])


def write_folders(folder, count, rng, names=NAMES):
    for name in names:
        (folder / name).mkdir(parents=True)
        for k in range(count):
            picture(name, rng).save(folder / name / f"{k}.png")
