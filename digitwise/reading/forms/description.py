"""Forms: which regions of a page hold which numbers (`fields.toml`)."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from digitwise.errors import InputError, reason_of
from digitwise.parsing import parse_toml
from digitwise.reading.forms.entries import Field, check_keys, read_field, whole_numbers

MOST_FIELDS = 1_000  # and as many rules
MOST_BYTES = 1 << 20
LONGEST_SIDE = 100_000  # pixels
COLUMNS_OF_PAGE = ("file", "page", "error", "who", "when")  # of a table, `review` adds the last two
COLUMNS_OF_FIELD = ("confidence", "state", "best guess", "reason")  # after the field's name


@dataclass(frozen=True)
class Rule:
    """A sum over fields.

    Attributes
    ----------
    sum : tuple of str
        Fields whose values add up; one that is empty counts as 0.
    equals : str
        To the value of this field.
    """

    sum: tuple[str, ...]
    equals: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{' + '.join(self.sum)} = {self.equals}"


@dataclass(frozen=True)
class Form:
    """A page's fields.

    Attributes
    ----------
    size : (width, height)
        Of the page, in pixels.
    fields : list of Field
    reference : Path or None
        A picture of that page, blank or filled: others are laid over it by what is printed there.
    rules : tuple of Rule
    """

    size: tuple[int, int]
    fields: list[Field]
    reference: Path | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong in a description.

    Attributes
    ----------
    field : int or None
        Index of the entry `[[field]]` with the fault; None if the description as a whole has it.
    message : str
        One line.
    """

    field: int | None
    message: str


def load_form(path: Path) -> Form:
    """Read the description of a form.

    Raises
    ------
    InputError
        If it can't be read or isn't one, or its reference is missing; it says what is wrong where.
    """
    saved = read_toml(path)
    try:
        form = form_of(saved, path.parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if form.reference and not form.reference.exists():
        raise InputError(f"{path}: its reference {form.reference}: no such file")
    return form


def read_toml(path: Path) -> dict[str, Any]:
    """Read a description's file, whatever it then describes.

    Raises
    ------
    InputError
        If it can't be read, is too large, or is no TOML.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("too large for a description of fields")
        return parse_description(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({reason_of(error)})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: no TOML file ({reason_of(error)})") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parse_description(text: str) -> dict[str, Any]:
    """Parse a description's text, whatever it then describes.

    Raises
    ------
    InputError
        If it is no TOML.
    """
    try:
        return parse_toml(text)
    except ValueError as error:
        raise InputError(f"no TOML file ({reason_of(error)})") from error


def form_of(saved: dict[str, Any], folder: Path) -> Form:
    """Make a form of a description.

    Parameters
    ----------
    saved : dict
        As `tomllib` gives it.
    folder : Path
        That the name of the reference is relative to.

    Raises
    ------
    InputError
        With the first of its faults.
    """
    form, faults = _understand(saved, folder)
    if form is None or faults:
        raise InputError(faults[0].message)
    return form


def find_faults(saved: dict[str, Any]) -> list[Fault]:
    """Find what is wrong in a description, at most one fault a field; none in one that is right."""
    return _understand(saved, Path())[1]


def _understand(saved: dict[str, Any], folder: Path) -> tuple[Form | None, list[Fault]]:
    """A form, unless something keeps it from being one, and all faults."""
    try:
        size, reference = _page(saved)
    except InputError as error:
        return None, [Fault(None, str(error))]
    faults: list[Fault] = []
    fields: list[Field] = []
    names = _names(saved["field"])
    taken: set[str | None] = set()
    for k, entry in enumerate(saved["field"]):
        try:
            fields.append(read_field(entry, size))
            if names[k] in taken:
                raise InputError(
                    f"expected each field to have a name of its own; found {names[k]!r:.50} twice"
                )
            _check_column(fields[-1].name, names)
        except InputError as error:
            faults.append(Fault(k, str(error)))
        taken.add(names[k])
    try:
        rules = _rules(saved.get("rule", []), {name for name in names if name})
    except InputError as error:
        return None, [*faults, Fault(None, str(error))]
    picture = folder / reference if reference else None
    return Form((size[0], size[1]), fields, picture, rules), faults


def _page(saved: dict[str, Any]) -> tuple[list[int], str | None]:
    """Its size and the name of its reference; that there are fields, and how many, is checked."""
    if not saved:
        raise InputError("an empty file; `digitwise fields PICTURE` writes a description")
    check_keys(saved, {"size", "field"}, {"reference", "rule"}, "the file")
    size = whole_numbers(saved["size"], 2, "size")
    if not 1 <= min(size) <= max(size) <= LONGEST_SIDE:
        raise InputError(
            f"expected a size of at least 1 by 1 pixels, each at most {LONGEST_SIDE:,}; "
            f"found {size!s:.60}"
        )
    reference = saved.get("reference")
    named = isinstance(reference, str) and "\0" not in reference
    if reference is not None and not named:
        raise InputError(f"expected the name of a picture as reference; found {reference!r:.50}")
    entries = saved["field"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_FIELDS:
        found = f"{len(entries):,}" if isinstance(entries, list) else f"{entries!r:.50}"
        raise InputError(f"expected 1 to {MOST_FIELDS:,} tables [[field]]; found {found}")
    return size, reference


def _names(entries: list[Any]) -> list[str | None]:
    """Names of entries, whatever else is wrong with them: rules may use them."""
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    return [name if isinstance(name, str) else None for name in names]


def _check_column(name: str, names: list[str | None]) -> None:
    """Check that a field's name is no other column of the table.

    Raises
    ------
    InputError
    """
    if name in COLUMNS_OF_PAGE:
        raise InputError(f"a table has a column {name!r} already: name the field otherwise")
    for part in COLUMNS_OF_FIELD:
        other = name.removesuffix(f" {part}")
        if other != name and other in names:
            raise InputError(
                f"a table has a column {name!r:.50} for the field {other!r:.50}: name one otherwise"
            )


def _rules(entries: Any, names: set[str]) -> tuple[Rule, ...]:
    if not isinstance(entries, list) or len(entries) > MOST_FIELDS:
        raise InputError(f"expected at most {MOST_FIELDS:,} tables [[rule]]")
    rules = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise InputError(f"expected a table [[rule]]; found {entry!r:.50}")
        check_keys(entry, {"sum", "equals"}, set(), "[[rule]]")
        parts, total = entry["sum"], entry["equals"]
        if not (isinstance(parts, list) and parts and all(isinstance(p, str) for p in parts)):
            raise InputError(f"expected the names of fields as sum of a rule; found {parts!r:.60}")
        if not isinstance(total, str):
            raise InputError(f"expected the name of a field in equals; found {total!r:.60}")
        unknown = sorted({*parts, total} - names)
        if unknown:
            raise InputError(f"a rule names fields that there are not: {', '.join(unknown):.80}")
        if len(set(parts)) < len(parts):
            raise InputError(f"a rule adds the same field twice: {', '.join(parts):.80}")
        rules.append(Rule(tuple(parts), total))
    _check_order(rules)
    return tuple(rules)


def _check_order(rules: list[Rule]) -> None:
    """Check that no field adds up to itself, directly or through other rules.

    Raises
    ------
    InputError
        If rules go in a circle.
    """
    parts: dict[str, set[str]] = {}
    for rule in rules:
        parts.setdefault(rule.equals, set()).update(rule.sum)
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        raise InputError(f"rules go in a circle: {', '.join(error.args[1][1:]):.80}") from error
