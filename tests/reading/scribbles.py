"""Pictures of noise and strokes that are no writing, which a reader must survive.

`python -m tests.reading.scribbles 0 1000` reads those of seeds 0 to 999, one in a process of its
own, and prints which take more than LONGEST_S or LARGEST_GB, with the slowest at the end.
"""

import multiprocessing
import resource
import sys
import time

import numpy as np
import numpy.typing as npt

from digitwise.errors import DigitwiseError

LONGEST_S, LARGEST_GB = 5.0, 1.0
SIDES = 24, 2_400  # pixels, shortest and longest


def scribble(seed: int) -> npt.NDArray[np.uint8]:
    """Return the picture of a seed, uint8 of shape (h, w), as dense and as large as it happens."""
    rng = np.random.default_rng(seed)
    height, width = np.exp(rng.uniform(*np.log(SIDES), 2)).astype(int)
    light = np.full((height, width), 255.0)
    for draw in rng.choice([_noise, _strokes, _wave, _hatching, _digits_like], rng.integers(1, 4)):
        draw(rng, light)
    if rng.random() < 0.3:
        light = 255 - light
    light += rng.normal(0, rng.choice([0, 0, 2, 20]), light.shape)
    return light.clip(0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator, light: npt.NDArray[np.float64]) -> None:
    """Draw blots and holes of one size: smoothed noise above a level."""
    import cv2

    smooth = cv2.GaussianBlur(rng.normal(size=light.shape), (0, 0), np.exp(rng.uniform(-1, 2.5)))
    light[smooth > np.quantile(smooth, rng.uniform(0.3, 0.98))] = 0


def _strokes(rng: np.random.Generator, light: npt.NDArray[np.float64]) -> None:
    """Draw straight strokes of one pen and about one length, anywhere."""
    import cv2

    length = np.exp(rng.uniform(1, np.log(max(light.shape))))
    pen = int(rng.integers(1, 8))
    most = max(2.0, min(4_000.0, 3 * light.size / (length * pen)))
    for _ in range(int(np.exp(rng.uniform(0, np.log(most))))):
        start = rng.uniform(0, light.shape[::-1])
        end = start + rng.normal(0, length / 2, 2)
        cv2.line(light, start.astype(int).tolist(), end.astype(int).tolist(), 0, pen)


def _wave(rng: np.random.Generator, light: npt.NDArray[np.float64]) -> None:
    """Draw lines without an end: each one component, as wide as the picture, of many loops."""
    import cv2

    for _ in range(rng.integers(1, 6)):
        steps = np.arange(0, light.shape[1], 2.0)
        size, period = rng.uniform(3, 80), rng.uniform(4, 60)
        x = steps + rng.uniform(0, size) * np.sin(steps / period)
        y = rng.uniform(0, len(light)) + size * np.cos(rng.uniform(0.5, 2) * steps / period)
        line = np.stack([x, y], axis=1).astype(np.int32)
        cv2.polylines(light, [line], False, 0, int(rng.integers(1, 7)))


def _hatching(rng: np.random.Generator, light: npt.NDArray[np.float64]) -> None:
    """Draw bars at equal distances, upright or askew, and perhaps others across."""
    rows, columns = np.indices(light.shape)
    for _ in range(rng.integers(1, 3)):
        angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
        period = rng.uniform(3, 40)
        phase = (rows * np.sin(angle) + columns * np.cos(angle)) / period % 1
        light[phase < rng.uniform(0.1, 0.7)] = 0


def _digits_like(rng: np.random.Generator, light: npt.NDArray[np.float64]) -> None:
    """Draw lines of arcs of the size of digits, which touch or nearly touch."""
    import cv2

    size = np.exp(rng.uniform(np.log(8), np.log(80)))
    pen, apart = max(1, int(size / rng.uniform(5, 15))), rng.uniform(0.4, 1.3)
    for y in np.arange(size, len(light), size * rng.uniform(1.1, 2.5)):
        for x in np.arange(0, light.shape[1], size * apart):
            middle = [int(x), int(y + rng.normal(0, size / 20))]
            axes = (rng.uniform(0.2, 0.5, 2) * size).astype(int).tolist()
            begin = rng.uniform(0, 360)
            cv2.ellipse(light, middle, axes, 0, begin, begin + rng.uniform(90, 360), 0, pen)


def measure(seed: int, layout: str) -> tuple[float, float, str]:
    """Read a picture: seconds of CPU, the process's largest size in GB, and what came of it."""
    import digitwise as dw

    reader = dw.Reader()
    reader.read(np.zeros((40, 40), np.uint8))
    picture = scribble(seed)
    begin = time.process_time()
    try:
        said = f"{len(reader.read(picture, layout=layout))} numbers"
    except DigitwiseError as error:
        said = str(error)
    taken = time.process_time() - begin
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, said


def hunt(first: int, last: int) -> None:
    """Read the pictures of some seeds in both layouts, and print those past the limits."""
    found = []
    context = multiprocessing.get_context("fork")
    for seed in range(first, last):
        for layout in ("auto", "number"):
            with context.Pool(1) as pool:
                try:
                    result = pool.apply_async(measure, (seed, layout)).get(60)
                except multiprocessing.TimeoutError:
                    result = 60.0, np.nan, "no end"
                except Exception as error:  # what is looked for
                    result = np.inf, np.nan, repr(error)
            found.append((*result, seed, layout))
            if not (result[0] < LONGEST_S and result[1] < LARGEST_GB):
                print("PAST", *found[-1], scribble(seed).shape, flush=True)  # noqa: T201
    for row in sorted(found, reverse=True)[:10]:
        print("{:.2f} s, {:.2f} GB: {} (seed {}, {})".format(*row))  # noqa: T201


if __name__ == "__main__":
    hunt(int(sys.argv[1]), int(sys.argv[2]))
