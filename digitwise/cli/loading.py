"""Loading a set of digits, with a progress bar where that takes long."""

from pathlib import Path

from rich.progress import Progress

from digitwise.cli.output import people
from digitwise.data.digits import Digits
from digitwise.data.sources import load


def load_digits(name: str, data_dir: Path | None) -> tuple[Digits, Digits]:
    """Load training and test digits; the progress of downloads and pictures is on stderr."""
    console = people(True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("reading pictures", visible=False)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return load(name, data_dir, progressbar=True, progress=progress)
