"""Teach a small network symbols of a person's own, from a few examples of each.

The network has ten outputs, one a class and the others at rest, so that it is a network for digits
to everything else: classes are labels 0 to 9, and their names are in the model's `training`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.data.deform import Deformation
from digitwise.data.digits import Digits
from digitwise.errors import InputError
from digitwise.models.classes import KEY, check_names
from digitwise.models.files import Model
from digitwise.network import Network
from digitwise.training.callback import Callback
from digitwise.training.fit import fit

if TYPE_CHECKING:
    from digitwise.training.loop import Training

MIN_EXAMPLES = 3  # of a class
MAX_EXAMPLES = 2_000  # of all classes
HELD_BACK = 5  # every fifth example of a class is only measured on
HIDDEN = 30  # neurons
EPOCHS = 50  # of the deformed examples
EPOCH_EXAMPLES = 600  # at least: few examples are drawn anew many times an epoch
LEARNING_RATE = 0.5
BATCH_SIZE = 10  # examples
WEIGHT_DECAY = 5e-4  # weights of pixels that teach nothing fade: pictures of them are clearer
# How the same person may draw the same symbol again. Turned further, a plus would be a cross.
DEFORMATION = Deformation(
    rotation=18, slant=20, aspect=0.3, elastic=2.4, thinner=0.7, thicker=1.2, shift=0.7, scale=0.08
)


class Symbol(NamedTuple):
    """A class: its name, and framed examples, uint8 of shape (n, 28, 28)."""

    name: str
    images: npt.NDArray[np.uint8]


def split(symbols: Sequence[Symbol]) -> tuple[Digits, Digits | None]:
    """Return what is learnt from, and every fifth example of each class, which is only measured on.

    The label is the position among the symbols. The second is None if no class has five examples.

    Raises
    ------
    InputError
        If there are too few or too many classes or examples, or names or images are not sound.
    """
    names = check_names([symbol.name for symbol in symbols])
    for name, (_, images) in zip(names, symbols, strict=True):
        if len(images) < MIN_EXAMPLES:
            raise InputError(
                f"{name}: expected {MIN_EXAMPLES} examples or more; found {len(images)}: draw more"
            )
    total = sum(len(images) for _, images in symbols)
    if total > MAX_EXAMPLES:
        raise InputError(f"expected {MAX_EXAMPLES:,} examples or fewer in all; found {total:,}")
    every = Digits(
        np.concatenate([images for _, images in symbols]),
        np.repeat(np.arange(len(symbols), dtype=np.uint8), [len(images) for _, images in symbols]),
        "examples of " + ", ".join(names),
    )
    if not every.images.any(axis=(1, 2)).all():
        raise InputError("an example has no ink: remove it")
    place = np.concatenate([np.arange(len(images)) for _, images in symbols])
    held = place % HELD_BACK == HELD_BACK - 1
    return every[~held], every[held] if held.any() else None


def teach(symbols: Sequence[Symbol], seed: int = 0, callbacks: Sequence[Callback] = ()) -> Model:
    """Train a network of 30 hidden neurons, some 30,000 examples long, each drawn anew.

    Returns
    -------
    Model
        With the names of the classes.

    Raises
    ------
    InputError
        If there are too few or too many classes or examples, or names or images are not sound.
    """
    train, test = split(symbols)
    network = Network(
        [28 * 28, HIDDEN, 10], cost="cross-entropy", init="scaled", rng=seed, dtype=np.float32
    )
    often = -(-EPOCH_EXAMPLES // len(train))
    history = fit(
        network,
        train[np.tile(np.arange(len(train)), often)],
        test,
        callbacks=callbacks,
        progress=False,
        deformation=DEFORMATION,
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        schedule="cosine",  # at a constant rate the cost of few examples jumps, even at the end
        batch_size=BATCH_SIZE,
        weight_decay=WEIGHT_DECAY,
        seed=seed,
        engine="fused",
    )
    measured = history.epochs[-1].test_accuracy if history.epochs else None
    results = {} if test is None else {"test_accuracy": measured, "test_n": len(test)}
    return as_model(network, symbols, results)


def as_model(
    network: Network, symbols: Sequence[Symbol], results: Mapping[str, float | int | None]
) -> Model:
    """Return a network in training, or at its end, as a model that knows its classes."""
    count = sum(len(symbol.images) for symbol in symbols)
    names = list(check_names([symbol.name for symbol in symbols]))
    training = {
        KEY: names,
        "origin": f"taught: {count:,} examples of {', '.join(names)}",
        "train_n": count,
    }
    return Model(network, training, dict(results))


def warm_up() -> None:
    """Compile the kernels that teaching needs, or load them: 20 seconds the first time."""
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    teach(
        [
            Symbol("|", np.stack([bar] * MIN_EXAMPLES)),
            Symbol("-", np.stack([bar.T] * MIN_EXAMPLES)),
        ],
        callbacks=[_OneStep()],
    )


class _OneStep(Callback):
    def end_step(self, _training: "Training") -> bool:
        """Stop after the first step."""
        return True
