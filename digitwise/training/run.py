"""A run of `digitwise train`: start, stopping, resuming, the finished model."""

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

MOST_PARAMETERS = 100_000_000
MOST_HELD_OUT = 1000  # digits of a set that is mixed in: no set outweighs the others


@dataclass
class Run:
    """A training run with its files.

    Attributes
    ----------
    settings : Settings
    network : Network
    train : Digits
        As limited by the settings, without those set aside, and with what was cut out of drawn
        numbers.
    validation, test : Digits or None
        Those set aside; and those that are tested on: after every epoch, or only at the end where
        the settings set validation digits aside.
    history : History
        Empty for a new run.
    out : Path
        Where the finished model goes.
    aside : Path or None
        Where an earlier, unfinished run to the same file has been kept.
    model : Model or None
        The finished one, with its results.
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
        """Begin a new run, its network fresh from the seed.

        The checkpoint of an earlier, unfinished run to the same file is kept under another name.

        Raises
        ------
        InputError
            If a setting is unknown or outside its range.
        DataError
            If there are no digits to train or to test on.
        """
        settings.check()
        parameters = count_parameters(settings.layout)
        if parameters > MOST_PARAMETERS:
            raise InputError(
                f"a network of {layers_text(settings.layout)} has {parameters:,} parameters; at "
                f"most {MOST_PARAMETERS:,} fit into a model file: take fewer hidden neurons"
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
        """Where the state of the run is while it is under way."""
        return checkpoint_path(self.out)

    def go(self, progress: Progress | None = None, callbacks: Sequence[Callback] = ()) -> bool:
        """Train to the end, or until a callback stops the run; whether the end was reached.

        Raises
        ------
        TrainingError
            If the numbers stop being finite; the last good state is then in the checkpoint.
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
    """Go on with a run from its checkpoint, bit for bit as if it had never stopped.

    Parameters
    ----------
    path : path
        Of the checkpoint, or of the model that it becomes.
    train, test, validation : Digits
        As the run began with them.
    callbacks, progress
        As `fit` has them; a `Checkpoint` to the same file is among them already.

    Returns
    -------
    Network, History
        The trained network; the history of the whole run.

    Raises
    ------
    ModelError
        If there is no such file, or it holds no run.
    DataError
        If these are not the digits that the run began with.
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
    """Digits to train on, with what is cut out of numbers drawn with them; and those set aside.

    Where other sets are mixed in, those set aside are of all of them: each as many as it has held
    out, up to MOST_HELD_OUT.

    Raises
    ------
    InputError
        If no digits are left to train on, or shares don't add up.
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
    """Return up to MOST_HELD_OUT digits, evenly spread over all that are held out."""
    return held_out[:: -(-len(held_out) // MOST_HELD_OUT)]


def _with_pieces(train: Digits, settings: Settings) -> Digits:
    """Add what is cut out of numbers drawn with these digits."""
    from digitwise.data.deform import DEFORMATIONS, deform
    from digitwise.training.number_pieces import draw_examples

    if not isinstance(train, Mixture):
        cut_out = draw_examples(train, settings.numbers, settings.seed)
        return join([train, cut_out], train.source)
    # In the shares of an epoch, and each digit written with a pen of its own.
    order = train.epoch_order(settings.seed, 0)
    drawn = deform(train, order, DEFORMATIONS["mnist"], seed=settings.seed)
    cut_out = draw_examples(drawn, settings.numbers, settings.seed)
    pieces = len(cut_out) / (len(train) + len(cut_out))
    sets: list[Weighted] = [
        (part.name, train[part.start : part.stop], (1 - pieces) * part.share, part.balanced)
        for part in train.parts
    ]
    return mix([*sets, ("pieces of numbers", cut_out, pieces, False)], train.source)
