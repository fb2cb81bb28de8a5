"""`digitwise man`: the manual page, made from the commands themselves."""

import sys
from collections.abc import Iterator
from typing import Any

import typer

EXIT_CODES = {
    0: "Done.",
    1: "An input or a run failed: a line on standard error says which, and what to do.",
    2: "Wrong usage.",
    130: "Interrupted by Ctrl-C; the finished work is saved.",
    137: "Killed, for example for want of memory; the same command continues.",
    143: "Ended by kill; the same command continues.",
}
VARIABLES = {
    "DIGITWISE_DATA": "Folder with MNIST's four files.",
    "DIGITWISE_COLLECTIONS": "Folder with collections of digits, by their names.",
    "DIGITWISE_DEBUG": "Any value: an internal error of digitwise ends with its traceback.",
    "DISPLAY": "Screen of a graphical desktop: review and fields --edit open the browser on it.",
    "WAYLAND_DISPLAY": "The same, on a desktop of Wayland.",
    "RAY_USAGE_STATS_ENABLED": "Whether Ray sends statistics of its use: 0 with --on ray, unless "
    "it is set.",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "Which repeated lines of its processes Ray shows: all with --on "
    "ray, unless it is set.",
    "COLUMNS": "Width of tables in characters; what is no width is ignored.",
    "FORCE_COLOR": "Any value: colours in a pipe, too.",
}


def man(ctx: typer.Context) -> None:
    """Print the manual page: digitwise man > digitwise.1; man ./digitwise.1."""
    sys.stdout.write("\n".join(manual(ctx.find_root())) + "\n")


def manual(root: Any) -> Iterator[str]:
    """Yield the lines of the manual page, as roff."""
    from digitwise import __version__

    group = root.command
    yield f'.TH DIGITWISE 1 "" "digitwise {__version__}" "User Commands"'
    yield from (".SH NAME", "digitwise \\- learn to recognise handwritten digits, and read numbers")
    yield from (".SH SYNOPSIS", ".B digitwise", "[OPTIONS] COMMAND [ARGS]...")
    yield from (".SH DESCRIPTION", _escaped(group.help))
    yield ".SH OPTIONS"
    yield from _options(group, root)
    yield ".SH COMMANDS"
    for name in group.list_commands(root):
        yield from _command(group.get_command(root, name), f"digitwise {name}", name, root)
    yield ".SH EXIT STATUS"
    yield from _listed({str(code): meaning for code, meaning in EXIT_CODES.items()})
    yield ".SH ENVIRONMENT"
    yield from _listed(VARIABLES)


def _command(command: Any, words: str, name: str, parent: Any) -> Iterator[str]:
    """Yield a command's description and options, then its subcommands."""
    context = typer.Context(command, info_name=name, parent=parent)
    yield f'.SS "{_escaped(words)} {_escaped(" ".join(command.collect_usage_pieces(context)))}"'
    yield from (_escaped(part) for part in (command.help or "").split("\n\n"))
    yield from _options(command, context)
    for below in getattr(command, "list_commands", lambda _: [])(context):
        yield from _command(command.get_command(context, below), f"{words} {below}", below, context)


def _options(command: Any, context: Any) -> Iterator[str]:
    records = (param.get_help_record(context) for param in command.get_params(context))
    return _listed(dict(record for record in records if record))


def _listed(meanings: dict[str, str]) -> Iterator[str]:
    for name, meaning in meanings.items():
        yield from (".TP", f".B {_escaped(name)}", _escaped(meaning))


def _escaped(text: str) -> str:
    """Return one line of text for roff, which takes a point at the start for a request."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    text = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return f"\\&{text}" if text.startswith((".", "'")) else text
