"""Load digits, with a progress bar for slow sources."""

from pathlib import Path

from rich.progress import Progress

from digitwise.cli.logs import logger, timed
from digitwise.cli.output import people
from digitwise.data.digits import Digits
from digitwise.data.others import Other, load_other
from digitwise.data.real_numbers import RealNumber, find_real_numbers, read_real_numbers
from digitwise.data.sources import load
from digitwise.imaging.pictures import open_first
from digitwise.percent import percent


def load_digits(name: str, data_dir: Path | None) -> tuple[Digits, Digits]:
    """Load training and test digits; the progress of downloads and pictures is on stderr."""
    console = people(True)
    bar = Progress(console=console, disable=not console.is_terminal, transient=True)
    task = bar.add_task("reading pictures")

    def progress(done: int, total: int) -> None:
        bar.start()  # not earlier: a download has its own bar
        bar.update(task, completed=done, total=total)

    try:
        with timed(f"loading {name}"):
            train, test = load(name, data_dir, progressbar=True, progress=progress)
    finally:
        if bar.live.is_started:  # older versions of Rich print a line as they stop
            bar.stop()
    logger.info("digits: %s, %s training, %s test", train.source, len(train), len(test))
    return train, test


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


def check_real_numbers(name: str, data_dir: Path | None) -> None:
    """Open each picture, so that a damaged one is named before hours of training."""
    for number in load_real_numbers(name, data_dir):
        open_first(number.path)
