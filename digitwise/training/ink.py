"""Learn the network that tells ink from paper, from pixels of drawn pictures."""

from functools import partial

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.on_ground import draw_on_ground
from digitwise.data.table import Table
from digitwise.imaging.learnt_ink import INPUTS, neighbourhoods
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.training.fit import fit
from digitwise.training.number_samples import in_parts
from digitwise.training.progress import Progress

HIDDEN = (64, 24)  # neurons
PICTURES = 20_000  # from which the shipped network has learnt
PIXELS = 100  # of each picture
EPOCHS = 20  # with a cosine schedule; 12 lose 0.002 of the cost
BATCH_SIZE = 32  # pixels
LEARNING_RATE = 0.3
FAINT = 0.2  # minimum share of a pixel that ink covers, for the pixel to be near ink
NEAR_PX = 3  # distance of pixels that are near ink
NEAR_ODDS, DARK_ODDS, ELSE_ODDS = 2.25, 1.75, 0.25
"""Odds that a pixel is chosen: near ink, dark without ink, and elsewhere."""


def learn_ink(
    digits: Digits,
    pictures: int = PICTURES,
    seed: int = 0,
    progress: Progress | bool = False,
) -> Network:
    """Train a network to tell ink from paper.

    Parameters
    ----------
    digits : Digits
        Digits to draw numbers with.
    pictures : int
        Number of drawn pictures.
    progress : callable or bool
        See `fit`.
    """
    sizes = [INPUTS, *HIDDEN, 1]
    network = Network(
        sizes, activation="relu", cost="cross-entropy", init="he", rng=seed, dtype=np.float32
    )
    fit(
        network,
        draw_pixels(digits, pictures, seed),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        schedule="cosine",
        seed=seed,
        progress=progress,
    )
    return network


def draw_pixels(digits: Digits, pictures: int, seed: int) -> Table:
    """Draw pictures; return pixels of each with their neighbourhoods, labelled ink or no ink.

    A pixel that ink covers in part is ink by chance, with this share as the probability: the cost
    is then, in the mean, that of a network that should output the share.
    """
    parts = in_parts(partial(_draw_part, digits, seed), pictures)
    values, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Table(values, labels, 1, source="drawn pixels")


def _draw_part(digits: Digits, seed: int, indices: range) -> tuple[Floats, np.ndarray]:
    import cv2

    values, labels = [], []
    for index in indices:
        drawn = draw_on_ground(digits, seed, index)
        rng = np.random.default_rng([seed, index, PIXELS])
        solid = (drawn.ink > FAINT).astype(np.uint8)
        near = cv2.dilate(solid, np.ones((2 * NEAR_PX + 1,) * 2, np.uint8)) > 0
        dark = drawn.light < np.median(drawn.light) - 0.05
        odds = np.select([near, dark], [NEAR_ODDS, DARK_ODDS], ELSE_ODDS).ravel()
        count = min(PIXELS, odds.size)
        chosen = rng.choice(odds.size, count, p=odds / odds.sum())
        values.append(neighbourhoods(drawn.light, *np.divmod(chosen, drawn.ink.shape[1])))
        labels.append(np.where(rng.random(count) < drawn.ink.ravel()[chosen], 0, 1))
    return np.concatenate(values), np.concatenate(labels)
