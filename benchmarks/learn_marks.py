"""Learn the network that classifies marks in a form's cells, and measure its accuracy.

    python benchmarks/learn_marks.py OUT.safetensors [--also SET ...]

Digits are MNIST's (DIGITWISE_DATA) and those of other sets, given by path. The network learns from
training digits and drawn marks; it is measured on test digits and marks drawn with another seed.
"""

import argparse
import sys

import numpy as np
from measure import machine

import digitwise as dw
from digitwise.data.digits import Digits
from digitwise.reading.forms.marks import MARKS
from digitwise.training.marks import draw_mark_lessons, learn_marks

COUNT = 30_000  # lessons to learn from; a quarter of that to measure on


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--also", nargs="*", default=[])
    options = parser.parse_args()
    print(machine())
    parts = [dw.load("mnist"), *(dw.load(name) for name in options.also)]
    rng = np.random.default_rng(0)
    train, test = (_mixed([sets[k] for sets in parts], rng) for k in (0, 1))
    network = learn_marks(draw_mark_lessons(train, COUNT), lambda line: print(line, end="\r"))
    print()
    dw.save(network, options.out)
    network = dw.load_model(options.out)
    lessons = draw_mark_lessons(test, COUNT // 4, seed=1)
    said = network.feedforward(lessons.inputs).argmax(axis=1)
    wanted = lessons.desired.argmax(axis=1)
    for k, kind in enumerate(MARKS):
        of_kind = wanted == k
        print(f"{kind:6} {(said[of_kind] == k).mean():.2%} of {of_kind.sum():,}")


def _mixed(sets, rng, most=12_000):
    images, labels = [], []
    for digits in sets:
        some = rng.choice(len(digits), min(most, len(digits)), replace=False)
        images.append(digits.images[some])
        labels.append(digits.labels[some])
    return Digits(np.concatenate(images), np.concatenate(labels))


if __name__ == "__main__":
    sys.exit(main())
