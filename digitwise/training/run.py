"""A run of `digitwise train`: start, checkpoints, stopping, resuming, the finished model.

While a run is under way its state is a checkpoint beside the model that it will become: a model
file whose history stops before the last epoch. A model that is there already stays until the new
one is complete.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from digitwise.data.digits import Digits, join
from digitwise.data.mixture import Mixture, Weighted, mix
from digitwise.data.others import Other
from digitwise.engines import choose_engine
from digitwise.errors import DataError, InputError, TrainingError
from digitwise.files import remove_leftovers
from digitwise.models.calibration import Calibration, calibrate
from digitwise.models.files import Model, count_parameters, save
from digitwise.network import Network
from digitwise.training.evaluation import evaluate
from digitwise.training.fit import Progress, fit
from digitwise.training.history import History, finished
from digitwise.training.settings import Settings

SUFFIX = ".safetensors"
CHECKPOINT_SUFFIX = ".checkpoint.safetensors"
CHECKPOINT_EVERY = 1.0  # seconds
MOST_PARAMETERS = 100_000_000
MOST_HELD_OUT = 1000  # digits of a set that is mixed in: no set outweighs the others


def checkpoint_path(out: Path) -> Path:
    """`net.safetensors` → `net.checkpoint.safetensors`."""
    return out.with_name(out.name.removesuffix(SUFFIX) + CHECKPOINT_SUFFIX)


def model_path(checkpoint: Path) -> Path:
    """`net.checkpoint.safetensors` → `net.safetensors`; any other name stays as it is."""
    name = checkpoint.name
    if name.endswith(CHECKPOINT_SUFFIX):
        name = name.removesuffix(CHECKPOINT_SUFFIX) + SUFFIX
    return checkpoint.with_name(name)


def find_checkpoint(path: Path) -> Path:
    """What to resume from when a user names a checkpoint, or the model it becomes: what is there.

    The checkpoint, while there is one; the model, once the run has come to its end.
    """
    model = model_path(path)
    return next((p for p in (checkpoint_path(model), model) if p.exists()), path)


@dataclass
class Run:
    """A training run.

    Attributes
    ----------
    settings : Settings
    network : Network
    train, validation, test : Digits
        `train` as limited by the settings, without those set aside, which are `validation`, and
        with what was cut out of drawn numbers.
    history : History
        Empty for a new run.
    out : Path
        Where the finished model goes.
    aside : Path or None
        Where an earlier, unfinished run to the same file has been kept.
    test_accuracy, calibration : float, Calibration or None
        Measured at the end; calibration only where validation digits were set aside.
    """

    settings: Settings
    network: Network
    train: Digits
    validation: Digits
    test: Digits
    history: History
    out: Path
    aside: Path | None = None
    test_accuracy: float | None = None
    calibration: Calibration | None = None

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
        sizes = settings.sizes
        parameters = count_parameters(sizes)
        if parameters > MOST_PARAMETERS:
            raise InputError(
                f"a network of {'-'.join(map(str, sizes))} has {parameters:,} parameters; at most "
                f"{MOST_PARAMETERS:,} fit into a model file: take fewer hidden neurons"
            )
        network = settings.make_network()
        for part, digits in (("training", train), ("test", test)):
            if len(digits) == 0:
                raise DataError(f"{train.source}: there are no {part} digits")
        train, validation = prepare(settings, train, others)
        aside = _set_aside(checkpoint_path(out))
        return cls(settings, network, train, validation, test, History(), out, aside)

    @property
    def checkpoint(self) -> Path:
        """Where the state of the run is while it is under way."""
        return checkpoint_path(self.out)

    def go(self, progress: Progress) -> bool:
        """Train to the end, or until `progress` returns True; whether the end was reached.

        Raises
        ------
        TrainingError
            If the numbers stop being finite; the last good state is then in the checkpoint.
        DigitwiseError
            If a file can't be written.
        """
        self._save(self.checkpoint)
        saved_at = time.monotonic()

        def watch(history: History) -> bool | None:
            nonlocal saved_at
            if time.monotonic() - saved_at >= CHECKPOINT_EVERY:
                self._save(self.checkpoint)
                saved_at = time.monotonic()
            return progress(history)

        s = self.settings
        try:
            fit(
                self.network,
                self.train,
                None if s.validation else self.test,
                self.validation if s.validation else None,
                **s.fit_arguments(),
                history=self.history,
                progress=watch,
            )
        except TrainingError as error:
            self._save(self.checkpoint)
            raise TrainingError(f"{error}, and kept in {self.checkpoint}") from error
        if not finished(self.history, s.epochs, s.patience):
            self._save(self.checkpoint)
            return False
        if s.planned:
            self.history.velocity = None  # this run is at its end: nothing goes on from here
        for p in (*self.network.weights, *self.network.biases):
            p[...] = p.astype(s.store)  # what is measured is what is in the file
        engine = choose_engine(s.engine)
        self.test_accuracy = evaluate(self.network, self.test, engine).accuracy
        if s.validation:
            z = engine.weighted_outputs(self.network, self.validation)
            source = f"the last {s.validation:,} training digits of {s.data}"
            if s.also:
                source += f" and {len(self.validation) - s.validation:,} held out of other sets"
            source += ", not trained on"
            self.calibration = calibrate(z, self.validation.labels, source)
        self._save(self.out)
        self.checkpoint.unlink(missing_ok=True)
        for path in (self.out, self.checkpoint):
            remove_leftovers(path)
        return True

    @cached_property
    def _train_sha256(self) -> str:
        return self.train.sha256()

    def _save(self, path: Path) -> None:
        save(self._model(), path)

    def _model(self) -> Model:
        training = {
            "command": self.settings.command(),
            "settings": self.settings.to_dict(),
            "train_n": len(self.train),
            "train_sha256": self._train_sha256,
            "history": self.history.to_dict(),
        }
        history = self.history
        results = {}
        if self.test_accuracy is not None:
            results = {"test_accuracy": self.test_accuracy, "test_n": len(self.test)}
        return Model(
            self.network,
            training,
            results,
            self.calibration,
            self.settings.store if self.test_accuracy is not None else None,
            history.velocity,
            history.average,
        )


def prepare(
    settings: Settings, train: Digits, others: Sequence[Other] = ()
) -> tuple[Digits, Digits]:
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
    return train, validation


def _few(held_out: Digits) -> Digits:
    """Return up to MOST_HELD_OUT digits, evenly spread over all that are held out."""
    return held_out[:: -(-len(held_out) // MOST_HELD_OUT)]


def _with_pieces(train: Digits, settings: Settings) -> Digits:
    """Add what is cut out of numbers drawn with these digits."""
    from digitwise.data.deform import DEFORMATIONS, deform
    from digitwise.reading.examples import draw_examples

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


def _set_aside(checkpoint: Path) -> Path | None:
    """Rename a checkpoint that is there; its new name, or None."""
    if not checkpoint.exists():
        return None
    number = 1
    while (aside := checkpoint.with_suffix(f".{number}{SUFFIX}")).exists():
        number += 1
    return checkpoint.rename(aside)
