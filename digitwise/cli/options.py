"""Options made from the table of settings: name, type, group and help of each."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from digitwise.errors import InputError
from digitwise.setting import EMPTY, GROUPS, Setting
from digitwise.settings import TABLE
from digitwise.training.presets import PRESETS


def _known(preset: str) -> str:
    if preset not in PRESETS:
        raise typer.BadParameter(f"expected one of: {', '.join(PRESETS)}; found {preset[:60]!r}")
    return preset


PresetName = Annotated[
    str,
    typer.Option(
        help="Settings with a name; other options override them.",
        metavar="|".join(PRESETS),
        callback=_known,
    ),
]
PANELS = {group: f"{group.capitalize()} options" for group in GROUPS}


class Grouped(TyperCommand):
    """A command whose help shows its options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the groups one after the other."""
        groups: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS.values()}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record:
                panel = getattr(param, "rich_help_panel", None) or PANELS["running"]
                groups[panel].append(record)
        for panel, records in groups.items():
            if records:
                with formatter.section(panel):
                    formatter.write_dl(records)


def with_settings(
    option_of: Callable[[Setting], Any], table: dict[str, Setting] = TABLE
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each setting of the table, as `**given`.

    Parameters
    ----------
    option_of : callable
        Return the annotated type of a setting's option, or None for no option.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in signature(command).parameters.values() if p.kind != p.VAR_KEYWORD]
        options = {name: option_of(setting) for name, setting in table.items()}
        made = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=option)
            for name, option in options.items()
            if option is not None
        ]
        own = [p.replace(kind=Parameter.KEYWORD_ONLY) for p in own]
        described: Any = command
        described.__signature__ = signature(command).replace(parameters=[*made, *own])
        described.__annotations__ |= {p.name: p.annotation for p in made}
        return command

    return decorate


def option_of(setting: Setting) -> Any:
    """Return the option for a setting's value, or for its list of values."""
    r = setting.row
    kind: Any = str if setting.many or setting.row.choices else setting.kind
    if setting.many and setting.kind is str:
        kind = list[str]
    metavar = r.metavar or "|".join(r.choices) or None
    info = typer.Option(help=help_of(setting), metavar=metavar, rich_help_panel=PANELS[r.group])
    return Annotated[kind | None, info]


def help_of(setting: Setting) -> str:
    """Return the help text of a setting: meaning, default and range."""
    said = []
    if setting.default not in (None, "", (), False) or setting.kind in (int, float):
        words = setting.typed(setting.default)
        if words:
            said.append(f"default {words[0].split(' ', 1)[1]}")
    if setting.kind in (int, float) and not setting.many:
        said.append(setting.expected)
    symbol = f"{setting.row.symbol}: " if setting.row.symbol else ""
    meaning = setting.row.meaning
    if symbol:
        meaning = symbol + meaning[0].lower() + meaning[1:]
    return f"{meaning} [{'; '.join(said)}]" if said else meaning


def chosen_of(given: dict[str, Any], table: dict[str, Setting] = TABLE) -> dict[str, Any]:
    """Return the values of the settings that were given, checked.

    Raises
    ------
    typer.BadParameter
        If a value is outside its setting's range.
    """
    chosen = {}
    for name, setting in table.items():
        value = given.get(name)
        if value is None or value == []:
            continue
        if setting.many and setting.kind is int:
            value = _numbers(value)
        elif setting.kind is str and not setting.row.choices and value in (EMPTY, [EMPTY]):
            value = [] if setting.many else ""
        chosen[name] = checked(setting, value, given[name])
    return chosen


def checked(setting: Setting, value: Any, typed: Any = None) -> Any:
    """Return a value, converted to the setting's type.

    Raises
    ------
    typer.BadParameter
        If the setting doesn't allow the value.
    """
    try:
        return setting.clean(value)
    except InputError:
        found = value if typed is None else typed
        raise typer.BadParameter(
            f"expected {setting.expected}; found {found!r:.60}", param_hint=setting.option
        ) from None


def _numbers(text: str) -> list[int] | str:
    """Return `100,30` and `100-30` as two numbers, `none` as no number, other text unchanged."""
    if text == EMPTY:
        return []
    try:
        return [int(part) for part in text.replace("-", ",").split(",")]
    except ValueError:
        return text
