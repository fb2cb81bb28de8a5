"""`digitwise lab list|NAME|all`: a command for each experiment, made from its parameters."""

import inspect
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from digitwise.cli.logs import logged
from digitwise.cli.output import Json, emit, people, printable
from digitwise.errors import InputError
from digitwise.extras import need
from digitwise.lab import EXPERIMENTS, find_experiment

if TYPE_CHECKING:
    from digitwise.lab.experiment import Experiment, Finding, Knob, Run

TEXT_WIDTH = 88  # characters
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for figures (SVG and PNG) and numbers (JSON).", metavar="DIR"),
]


class Experiments(TyperGroup):
    """Commands of the lab; an experiment's module is loaded when its command is asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command: an own one, or one made for an experiment."""
        if cmd_name not in EXPERIMENTS:
            return super().get_command(ctx, cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command()(logged(_command(find_experiment(cmd_name))))
        found = typer.main.get_command(app)
        found.name = cmd_name
        return found


lab = typer.Typer(
    cls=Experiments,
    help="Run the chapter's experiments. COMMAND is one of these commands, or an experiment: "
    f"{', '.join(EXPERIMENTS)}.",
    no_args_is_help=True,
)


@lab.command("list")
@logged
def list_(as_json: Json = False) -> None:
    """List the experiments."""
    for name, summary in EXPERIMENTS.items():
        if as_json:
            emit({"experiment": name, "summary": summary})
        else:
            people(as_json).print(f"{name:<16}{summary}")


@lab.command("all")
@logged
def all_(
    out: Annotated[Path, typer.Option(help="Folder for the gallery.", metavar="DIR")] = Path("lab"),
    short: Annotated[
        bool, typer.Option("--short", help="Fewer seeds and digits: about a minute in all.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run every experiment, and make a gallery of claims, measurements, figures and commands."""
    from digitwise.lab.experiment import FIGURES
    from digitwise.lab.gallery import write_gallery

    need("matplotlib", "plots", FIGURES)
    console = people(as_json)

    def tell(run: "Run") -> None:
        if as_json:
            emit(run.to_dict())
        findings = run.result.findings()
        held = sum(finding.held for finding in findings)
        console.print(
            f"{run.experiment.name:<16}{held} of {len(findings)} claims held   {run.seconds:.1f} s"
        )

    runs = write_gallery(out, short, tell)
    findings = [finding for run in runs for finding in run.result.findings()]
    held = sum(finding.held for finding in findings)
    console.print(f"{held} of {len(findings)} claims held; open {printable(str(out))}/index.html")


def _command(found: "Experiment") -> Callable[..., None]:
    """Make the function from whose signature Typer reads the options."""
    from digitwise.lab.experiment import listed

    defaults, knobs = found.defaults, found.knobs

    def command(**options: Any) -> None:
        out, as_json = options.pop("out"), options.pop("as_json")
        values = {
            name: _parse(name, value, defaults[name], knobs[name])
            for name, value in options.items()
        }
        if out is not None:
            need("matplotlib", "plots", "--out")
        with warnings.catch_warnings():
            # Overflow is part of some results, and figures leave such values out.
            warnings.simplefilter("ignore")
            run = found.run(**values)
            if out is not None:
                from digitwise.lab.gallery import write_run

                write_run(run, out)
            _show(run, run.result.findings(), out, as_json)

    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=listed(default) if isinstance(default, tuple) else default,
            annotation=_option(name, default, knobs[name]),
        )
        for name, default in defaults.items()
    ]
    shared = {"out": (Out, None), "as_json": (Json, False)}
    options += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in shared.items()
    ]
    command.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    command.__annotations__ = {option.name: option.annotation for option in options}
    command.__doc__ = f"{found.summary}."
    return command


def _option(name: str, default: Any, knob: "Knob") -> Any:
    kind: Any = type(default)
    limits: dict[str, Any] = {}
    if isinstance(default, tuple):
        kind, limits = str, {"metavar": "NUMBERS"}
    elif knob.choices:
        kind = Literal[knob.choices]
    elif isinstance(default, int | float):
        limits = {
            side: kind(bound)
            for side, bound in (("min", knob.least), ("max", knob.most))
            if math.isfinite(bound)
        }
    return Annotated[
        kind, typer.Option(f"--{name.replace('_', '-')}", help=f"{knob.help}.", **limits)
    ]


def _parse(name: str, text: Any, default: Any, knob: "Knob") -> Any:
    if not isinstance(default, tuple):
        return text
    from digitwise.lab.experiment import listed

    kind = int if default and isinstance(default[0], int) else float
    option = f"--{name.replace('_', '-')}"
    try:
        values = tuple(kind(part) for part in text.split(",") if part.strip())
    except ValueError:
        what = "whole numbers" if kind is int else "numbers"
        raise typer.BadParameter(
            f"expected {what}, {listed(default) or '0.5,-1'} say; found {text!r:.80}",
            param_hint=option,
        ) from None
    try:
        knob.check(option, values)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
    return values


def _show(run: "Run", findings: list["Finding"], out: Path | None, as_json: bool) -> None:
    if as_json:
        emit(run.to_dict())
        return
    from digitwise.lab.gallery import describe_data

    console = people(as_json)
    console.print(f"{run.experiment.summary}   ({run.seconds:.1f} s)")
    console.print(f"{describe_data(run.data)}\n" if run.data else "")
    if run.result.text:
        console.print(f"{run.result.text}\n")
    for finding in findings:
        console.print(_as_lines(finding))
    if out is not None:
        console.print(f"figures are in {printable(str(out))}")


def _as_lines(finding: "Finding") -> str:
    verdict = "held" if finding.held else "did not hold"
    claim = indent("\n".join(wrap(finding.claim, TEXT_WIDTH)), "  ")
    measured = indent("\n".join(wrap(finding.measured, TEXT_WIDTH - 4)), "      ")
    return f"{claim}\n{measured}\n      → {verdict}\n"
