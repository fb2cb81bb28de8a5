"""Reading of many pictures on a cluster.

A task holds the paths of pictures, or pictures that have no path. The network is sent once to each
process.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from os import PathLike
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypeAlias

from digitwise.engines.remote import Lost, run_on
from digitwise.errors import ImageError, InputError
from digitwise.reading.forms.description import Form
from digitwise.reading.how import Options
from digitwise.reading.numbers import Numbers
from digitwise.reading.workers import SET_ASIDE, Given, Result, Task, read_some

if TYPE_CHECKING:
    from digitwise.reading.reader import Reader

Common: TypeAlias = "tuple[Reader, Options]"


def read_all_on(
    executor: Executor,
    reader: "Reader",
    tasks: Iterable[Task],
    options: Options,
    workers: int | None,
) -> Iterator[Result]:
    """Read pictures on an executor; see `read_all`. Results come in the order of the pictures.

    Raises
    ------
    InputError
        If a machine of the cluster doesn't find a picture at its path.
    """
    form = options.get("form")
    if isinstance(form, Form) and form.reference:
        options = {**options, "form": replace(form, reference=form.reference.absolute())}
    common = reader, options
    taken: dict[int, Task] = {}
    early: dict[int, list[Result]] = {}  # results before whose turn it is
    turn = 0
    with closing(run_on(executor, _read, common, _absolute(tasks, taken), workers)) as found:
        for number, read in found:
            task = taken.pop(number)
            if isinstance(read, Lost):
                early[number] = _each_alone(executor, common, task, workers)
            else:
                early[number] = _checked(task, *read)
            while turn in early:
                yield from early.pop(turn)
                turn += 1


def _each_alone(
    executor: Executor, common: Common, task: Task, workers: int | None
) -> list[Result]:
    """Read each picture alone of a task whose processes died."""
    results: list[Result] = [ImageError(SET_ASIDE) for _ in task]
    if len(task) > 1:
        alone = ([_absolutely(source)] for source in task)
        with closing(run_on(executor, _read, common, alone, workers)) as found:
            for number, read in found:
                if not isinstance(read, Lost):
                    (results[number],) = _checked([task[number]], *read)
    return results


def _absolute(tasks: Iterable[Task], taken: dict[int, Task]) -> Iterator[Task]:
    """Yield tasks with absolute paths; keep each task in `taken` until its result is there."""
    for number, task in enumerate(tasks):
        taken[number] = task
        yield [_absolutely(source) for source in task]


def _absolutely(source: Any) -> Any:
    if isinstance(source, list):
        return [_absolutely(one) for one in source]
    return Path(source).absolute() if isinstance(source, str | PathLike) else source


def _checked(task: Task, machine: str, results: list[Result]) -> list[Result]:
    """Return the results with the paths as they were given."""
    for source, result in zip(task, results, strict=True):
        if isinstance(result, Numbers) and result.source is not None:
            result.source = source  # type: ignore[assignment]
        elif isinstance(result, ImageError) and "no such file" in str(result) and _is_here(source):
            raise InputError(
                f"the machine {machine} of the cluster doesn't see {source}: all machines need the "
                "folder of the pictures at the same path"
            )
    return results


def _is_here(source: Given) -> bool:
    return isinstance(source, str | PathLike) and Path(source).exists()


def _read(common: Common, task: Task) -> tuple[str, list[Result]]:
    reader, options = common
    return gethostname(), read_some(reader, task, options)
