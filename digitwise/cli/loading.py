"""Load digits, with a progress bar for slow sources."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress

from digitwise.cli.logs import logger, timed
from digitwise.cli.output import people
from digitwise.data.digits import Digits, check_digit_network
from digitwise.data.folders import read_classes
from digitwise.data.others import Other, load_other
from digitwise.data.real_numbers import RealNumber, find_real_numbers, read_real_numbers
from digitwise.data.sources import load
from digitwise.errors import InputError
from digitwise.imaging.pictures import open_first
from digitwise.models.shipped import open_model
from digitwise.network import Network
from digitwise.user_folders import expanded
from digitwise.wording import percent

SETS = ("mnist", "digits")  # that have no folder


def load_digits(name: str, data_dir: Path | None) -> tuple[Digits, Digits]:
    """Load training and test digits; the progress of downloads and pictures is on stderr."""
    with _shown() as progress, timed(f"loading {name}"):
        train, test = load(name, data_dir, progressbar=True, progress=progress)
    logger.info("digits: %s, %s training, %s test", train.source, len(train), len(test))
    return train, test


def load_pictures(name: str, classes: tuple[str, ...]) -> Digits:
    """Load the pictures that a network with classes of its own is measured on.

    Raises
    ------
    InputError
        If no folder is named: sets of digits have none of its classes.
    DataError
        If the folder has no pictures in folders named by class, or one can't be read.
    """
    if name in ("auto", *SETS):
        raise InputError(
            f"this network tells {', '.join(classes)}, no digits: name a folder that has a folder "
            "of pictures for each, --data FOLDER"
        )
    with _shown() as progress, timed(f"loading {name}"):
        return read_classes(expanded(name), classes, progress)


@contextmanager
def _shown() -> Iterator[Callable[[int, int], None]]:
    """Show the progress of pictures that are read on a terminal's standard error."""
    console = people(True)
    bar = Progress(console=console, disable=not console.is_terminal, transient=True)
    task = bar.add_task("reading pictures")

    def progress(done: int, total: int) -> None:
        bar.start()  # not earlier: a download has its own bar
        bar.update(task, completed=done, total=total)

    try:
        yield progress
    finally:
        if bar.live.is_started:  # older versions of Rich print a line as they stop
            bar.stop()


def load_others(also: tuple[str, ...], data_dir: Path | None, as_json: bool) -> list[Other]:
    """Load the sets that are mixed in, and print each one's size and share."""
    others = []
    for text in also:
        other = load_other(text, data_dir)
        share = "" if other.share is None else f", {percent(other.share)} of all examples"
        people(as_json).print(f"  and {len(other.train):,} digits of {other.name}{share}")
        others.append(other)
    return others


def load_real_numbers(name: str, data_dir: Path | None) -> list[RealNumber]:
    """Return the real numbers for training; an empty list if no folder is named."""
    return read_real_numbers(find_real_numbers(name, data_dir))[0] if name else []


def load_second(name: str) -> Network | None:
    """Load the network that is to read together with another one; None without a name.

    Raises
    ------
    ModelError
        If there is no such model.
    InputError
        If the network doesn't have 784 inputs and 10 outputs.
    """
    if not name:
        return None
    network = open_model(name).network
    check_digit_network(network)
    return network


def check_real_numbers(name: str, data_dir: Path | None) -> None:
    """Open each picture, so that a damaged one is named before hours of training."""
    for number in load_real_numbers(name, data_dir):
        open_first(number.path)
