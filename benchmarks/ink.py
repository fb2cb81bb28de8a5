"""Share of pixels whose ink is seen right, by ground: learnt ink, ours without it, and thresholds.

    python benchmarks/ink.py [-n 200] [--learn OUT.safetensors]

Numbers of MNIST's test digits (DIGITWISE_DATA) are drawn on grounds of one kind. A pixel counts as
ink if handwriting covers half of it. Sauvola's (2000) and Wolf's (2004) thresholds have a window of
half the picture's height, k = 0.2 and 0.5. --learn first trains the network with training digits,
as `digitwise/reading/ink.safetensors` was, and measures that one.
"""

import argparse
import statistics
import sys
import time

import cv2
import numpy as np
from measure import machine, mnist, table

import digitwise as dw
from digitwise.data.grounds import GROUNDS
from digitwise.data.on_ground import draw_on_ground
from digitwise.imaging.ink import extract_ink, two_sides
from digitwise.imaging.learnt_ink import see_with
from digitwise.reading.ink_network import ink_network
from digitwise.training.ink import learn_ink

SEED = 2028
ROUNDS = 5
SHAPES = {"five digits, 60×200": (60, 200), "A4 at 150 dpi": (1754, 1240)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("--learn")
    options = parser.parse_args()
    print(machine())
    train, test = mnist()
    network = ink_network()
    if options.learn:
        started = time.perf_counter()
        network = learn_ink(train, progress=True)
        print(f"learnt in {time.perf_counter() - started:.0f} s")
        dw.save(network, options.learn)
    ways = {
        "learnt": lambda light: see_with(network, light) > 0.5,
        "`extract_ink`": lambda light: extract_ink(light) > 0.5,
        "Otsu": lambda light: light < two_sides(light),
        "Sauvola": sauvola,
        "Wolf": wolf,
    }
    rows = []
    for ground in (None, *dict.fromkeys(GROUNDS)):
        right = {way: [] for way in ways}
        for index in range(options.n):
            chosen = (clean,) if ground is None else (ground,)
            drawn = draw_on_ground(test, SEED, index, chosen)
            solid = drawn.ink > 0.5
            for way, see in ways.items():
                right[way].append(f1(solid, see(drawn.light)))
        name = "none" if ground is None else ground.__name__
        rows.append([name, *(f"{np.mean(shares):.1%}" for shares in right.values())])
    print(table(["ground", *ways], rows))
    for name, shape in SHAPES.items():
        light = np.random.default_rng(0).random(shape, np.float32)
        taken = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            see_with(network, light)
            taken.append(time.perf_counter() - started)
        print(f"{name}: {1e3 * statistics.median(taken):.1f} ms")


def clean(height, width, _rng):
    return np.zeros((height, width), np.float32)


def f1(solid, seen):
    """Return the harmonic mean of precision and recall of ink; 1 if there is none."""
    total = solid.sum() + seen.sum()
    return 2 * (solid & seen).sum() / total if total else 1.0


def sauvola(light, k=0.2):
    mean, spread = window(light)
    return light < mean * (1 + k * (spread / 0.5 - 1))


def wolf(light, k=0.5):
    mean, spread = window(light)
    return light < mean - k * (1 - spread / max(spread.max(), 1e-6)) * (mean - light.min())


def window(light):
    side = max(15, light.shape[0] // 2 | 1)
    mean, square = (cv2.blur(one, (side, side)) for one in (light, light * light))
    return mean, np.sqrt(np.maximum(square - mean * mean, 0))


if __name__ == "__main__":
    sys.exit(main())
