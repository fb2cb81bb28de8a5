"""A run of `digitwise train`: its start, its files, its resumption, its finished model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitwise.data.digits import Digits, join
from digitwise.data.mixture import Mixture, Weighted, mix
from digitwise.data.others import Other, load_other
from digitwise.errors import DataError, InputError, TrainingError
from digitwise.layers import count_parameters
from digitwise.models.files import Model
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.training.callback import Callback
from digitwise.training.checkpoint import (
    Checkpoint,
    checkpoint_path,
    find_checkpoint,
    model_path,
    set_aside,
)
from digitwise.training.history import History
from digitwise.training.loop import Training
from digitwise.training.progress import Progress, Watch, callbacks_of
from digitwise.training.saved import read_saved
from digitwise.training.start import make_network
from digitwise.typed_layers import layers_text

MAX_PARAMETERS = 100_000_000  # weights and biases of a network that fits into a model file
MAX_HELD_OUT_DIGITS = 1000  # validation digits of each collection, so that none outweighs others


@dataclass
class Run:
    """A training run with its files.

    Attributes
    ----------
    settings : Settings
    network : Network
    train : Digits
        Training digits after the limit, without the validation digits, with pieces of drawn
        numbers.
    validation : Digits or None
        Digits set aside by the settings.
    test : Digits or None
        Test digits, measured after every epoch, or only at the end if there are validation digits.
    history : History
        Empty for a new run.
    out : Path
        File of the finished model.
    aside : Path or None
        New name of the checkpoint of an earlier, unfinished run to the same file.
    model : Model or None
        The finished model, with its results.
    """

    settings: Settings
    network: Network
    train: Digits
    validation: Digits | None
    test: Digits | None
    history: History
    out: Path
    aside: Path | None = None
    model: Model | None = None

    @classmethod
    def start(
        cls,
        settings: Settings,
        train: Digits,
        test: Digits,
        out: Path,
        others: Sequence[Other] = (),
    ) -> "Run":
        """Return a new run, with its first network.

        The checkpoint of an earlier, unfinished run to the same file is renamed and kept.

        Raises
        ------
        InputError
            If a setting is unknown or outside its range.
        DataError
            If there are no digits to train or to test on.
        """
        settings.check()
        parameters = count_parameters(settings.layout)
        if parameters > MAX_PARAMETERS:
            raise InputError(
                f"a network of {layers_text(settings.layout)} has {parameters:,} parameters; at "
                f"most {MAX_PARAMETERS:,} fit into a model file: take fewer hidden neurons"
            )
        network = make_network(settings)
        for part, digits in (("training", train), ("test", test)):
            if len(digits) == 0:
                raise DataError(f"{train.source}: there are no {part} digits")
        train, validation = prepare(settings, train, others)
        aside = set_aside(out)
        return cls(settings, network, train, validation, test, History(), out, aside)

    @property
    def checkpoint(self) -> Path:
        """File of the run's state until it is finished."""
        return checkpoint_path(self.out)

    def go(self, progress: Progress | None = None, callbacks: Sequence[Callback] = ()) -> bool:
        """Train to the end, or until a callback stops the run; return whether it is finished.

        Raises
        ------
        TrainingError
            If cost or weights are no longer finite; the checkpoint holds the last good state.
        DigitwiseError
            If a file can't be written.
        """
        watching = [Watch(progress)] if progress else []
        checkpoint = Checkpoint(self.out, test=self.test, goes_on=True)
        training = Training(
            self.network,
            self.train,
            self.settings,
            test=None if self.settings.validation else self.test,
            validation=self.validation,
            history=self.history,
            callbacks=[*watching, *callbacks, checkpoint],
        )
        try:
            training.run()
        except TrainingError as error:
            raise TrainingError(f"{error}, and kept in {self.checkpoint}") from error
        self.model = checkpoint.model
        return training.finished


def resume(
    path: str | Path,
    train: Digits,
    test: Digits | None = None,
    validation: Digits | None = None,
    *,
    callbacks: Sequence[Callback] = (),
    progress: Progress | bool | None = None,
) -> tuple[Network, History]:
    """Resume a run from its checkpoint, bit for bit as if it had never stopped.

    Parameters
    ----------
    path : path
        The checkpoint, or the model file that it becomes.
    train, test, validation : Digits
        The same digits as at the beginning of the run.
    callbacks, progress
        As in `fit`; a `Checkpoint` to the same file is added.

    Returns
    -------
    Network, History
        The trained network, and the history of the whole run.

    Raises
    ------
    ModelError
        If the file is missing or holds no run.
    DataError
        If the training digits are not those of the beginning.
    """
    found = find_checkpoint(Path(path))
    saved = read_saved(found)
    others = [load_other(text) for text in saved.settings.also]
    run = saved.resume(train, test, model_path(found), others, validation)
    run.go(callbacks=[*callbacks, *callbacks_of(progress)])
    return run.network, run.history


def prepare(
    settings: Settings, train: Digits, others: Sequence[Other] = ()
) -> tuple[Digits, Digits | None]:
    """Return the training digits, with pieces of drawn numbers, and the validation digits or None.

    With collections mixed in, the validation digits include up to MAX_HELD_OUT_DIGITS held-out
    digits of each.

    Raises
    ------
    InputError
        If no digits are left to train on, or the shares of the collections are too large.
    """
    train = train[: settings.limit]
    left = len(train) - settings.validation
    if left < 1:
        raise InputError(
            f"expected fewer than {len(train):,} validation digits, so that some are left to train "
            f"on; found {settings.validation:,}"
        )
    train, validation = train[:left], train[left:]
    if others:
        sets: list[Weighted] = [(settings.data, train, None, False)]
        sets += [(other.name, other.train, other.share, True) for other in others]
        train = mix(sets, f"{train.source} and {len(others)} other sets")
        if settings.validation:
            held_out = [_few(other.held_out) for other in others if len(other.held_out)]
            validation = join([validation, *held_out], "held-out digits of all sets")
    if settings.numbers:
        train = _with_pieces(train, settings)
    return train, validation if settings.validation else None


def _few(held_out: Digits) -> Digits:
    """Return up to MAX_HELD_OUT_DIGITS digits, evenly spread over all held-out digits."""
    return held_out[:: -(-len(held_out) // MAX_HELD_OUT_DIGITS)]


def _with_pieces(train: Digits, settings: Settings) -> Digits:
    """Return the digits with pieces of numbers that are drawn with these digits."""
    from digitwise.data.deform import DEFORMATIONS, deform
    from digitwise.training.number_pieces import draw_examples

    if not isinstance(train, Mixture):
        cut_out = draw_examples(train, settings.numbers, settings.seed)
        return join([train, cut_out], train.source)
    # Numbers are drawn with the digits of an epoch, in its shares, each deformed on its own.
    order = train.epoch_order(settings.seed, 0)
    drawn = deform(train, order, DEFORMATIONS["mnist"], seed=settings.seed)
    cut_out = draw_examples(drawn, settings.numbers, settings.seed)
    pieces = len(cut_out) / (len(train) + len(cut_out))
    sets: list[Weighted] = [
        (part.name, train[part.start : part.stop], (1 - pieces) * part.share, part.balanced)
        for part in train.parts
    ]
    return mix([*sets, ("pieces of numbers", cut_out, pieces, False)], train.source)
