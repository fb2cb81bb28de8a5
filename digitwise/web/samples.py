"""`/api/samples`: sample pictures, drawn with a simulated pen."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, HTTPException, Response

if TYPE_CHECKING:
    from PIL import ImageDraw

router = APIRouter(include_in_schema=False)
# Pen strokes of each character, through points of a box of 10 × 16 units.
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "0": [[(6, 0), (2, 2), (0, 8), (2, 15), (6, 16), (9, 10), (9, 4), (6, 0), (4, 1)]],
    "1": [[(3, 3), (6, 0), (5, 8), (5, 16)]],
    "2": [[(1, 4), (3, 0), (8, 1), (8, 6), (4, 11), (0, 15), (5, 15), (10, 16)]],
    "3": [[(1, 2), (5, 0), (9, 2), (8, 6), (4, 8), (9, 10), (9, 14), (5, 16), (0, 14)]],
    "4": [[(5, 0), (3, 5), (0, 10), (5, 10), (10, 9)], [(7, 4), (6, 10), (6, 16)]],
    "5": [[(2, 0), (1, 7), (6, 6), (9, 10), (7, 15), (3, 16), (0, 14)], [(2, 0), (9, 0)]],
    "6": [[(7, 0), (3, 4), (1, 11), (3, 16), (8, 15), (9, 11), (6, 8), (2, 11)]],
    "7": [[(0, 1), (5, 1), (10, 0), (7, 7), (4, 16)], [(3, 9), (9, 8)]],
    "8": [[(8, 2), (4, 0), (1, 3), (4, 7), (9, 11), (6, 16), (2, 14), (3, 10), (9, 4), (8, 2)]],
    "9": [[(8, 2), (5, 0), (1, 3), (2, 7), (6, 7), (8, 3), (8, 2), (8, 9), (6, 16)]],
    ".": [[(3, 15.5), (3.6, 16.5)]],
}
KEPT = "private, max-age=3600"
UNIT = 3.0  # pixels
OVERSAMPLING = 3  # drawn larger by this factor, then reduced


class Sample(NamedTuple):
    """A sample picture: `{:d}` is a random number, `pitch` the distance of digits, usually 1."""

    about: str
    texts: list[str]
    seed: int
    pitch: float = 1.0


SAMPLES = {
    "number": Sample("a number: 27358", ["27358"], 1),
    "amount": Sample("an amount: 728.50", ["728.50"], 2),
    "tight": Sample("digits that touch: 3685", ["3685"], 3, 0.78),
    "page": Sample("a page with 24 numbers", ["{:d}"] * 24, 4),
}
COLUMNS = 4  # of a page with several numbers
GAP = 22  # between columns, in units


@router.get("/api/samples")
async def samples() -> list[dict[str, str]]:
    """List the samples with their descriptions."""
    return [{"name": name, "about": sample.about} for name, sample in SAMPLES.items()]


@router.get("/api/samples/{name}.jpg")
def sample(name: str) -> Response:
    """Return a sample picture."""
    if name not in SAMPLES:
        raise HTTPException(404, f"no sample {name!r:.80}: expected one of {', '.join(SAMPLES)}")
    return Response(draw(name), media_type="image/jpeg", headers={"cache-control": KEPT})


@lru_cache
def draw(name: str) -> bytes:
    """Draw a sample; return the content of a JPEG file."""
    from PIL import Image

    _, texts, seed, pitch = SAMPLES[name]
    rng = np.random.default_rng(seed)
    pictures = [_write(text.format(rng.integers(10, 100_000)), rng, pitch) for text in texts]
    if len(pictures) > 1:
        width = max(picture.shape[1] for picture in pictures) + int(GAP * UNIT)
        rows = [pictures[k : k + COLUMNS] for k in range(0, len(pictures), COLUMNS)]
        pictures = [np.hstack([_widen(one, width) for one in row]) for row in rows]
    paper = 1 - 0.9 * np.vstack(pictures)
    light = np.linspace(0.98, 0.9, paper.shape[1])  # from one side
    noise = rng.normal(0, 0.008, paper.shape)
    colour = np.array([40, 62, 110]) + paper[..., None] * np.array([212, 190, 140])
    pixels = (colour * light[None, :, None] + 255 * noise[..., None]).clip(0, 255)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def _write(text: str, rng: np.random.Generator, pitch: float) -> npt.NDArray[np.float64]:
    """Return the ink of a number in [0, 1], shape (h, w), with a margin."""
    from PIL import Image, ImageDraw

    step = 13 * pitch
    size = int((step * len(text) + 14) * UNIT), int(30 * UNIT)
    canvas = Image.new("L", (OVERSAMPLING * size[0], OVERSAMPLING * size[1]), 0)
    pen = ImageDraw.Draw(canvas)
    slant, left = rng.normal(0.12, 0.06), 7.0
    for char in text:
        corner = np.array([left, 7]) + rng.normal(0, 0.5, 2)
        for stroke in STROKES[char]:
            points = np.array(stroke) + rng.normal(0, 0.3, (len(stroke), 2))
            points[:, 0] += slant * (16 - points[:, 1])
            _draw(pen, OVERSAMPLING * UNIT * (_smooth(points) + corner))
        left += step * (0.6 if char == "." else 1.0)
    return np.asarray(canvas.resize(size, Image.Resampling.BOX), np.float64) / 255


def _draw(pen: "ImageDraw.ImageDraw", points: npt.NDArray[np.float64]) -> None:
    width = 0.8 * OVERSAMPLING * UNIT
    for x, y in points:
        pen.ellipse((x - width, y - width, x + width, y + width), fill=255)


def _smooth(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a Catmull-Rom curve through points of shape (n, 2)."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 40, endpoint=False)[:, None]
    pieces = [
        b + (t * (c - a) + t**2 * (2 * a - 5 * b + 4 * c - d) + t**3 * (3 * b - a - 3 * c + d)) / 2
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*pieces, points[-1:]])


def _widen(ink: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    return np.pad(ink, [(0, 0), (0, width - ink.shape[1])])
