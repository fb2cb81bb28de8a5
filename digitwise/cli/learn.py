"""`digitwise learn`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.output import DataDir, Json, emit, people
from digitwise.errors import DigitwiseError
from digitwise.wording import percent

if TYPE_CHECKING:
    from digitwise.training.corrections import Learnt

SHOWN = 5  # reasons for which a row is left out
VALIDATION = 3000  # MNIST's last training digits; no shipped network learnt from them


def learn(
    source: Annotated[
        Path,
        typer.Argument(
            help="Table with corrected texts (.csv, .tsv, .xlsx), corrections (.jsonl), or folder "
            "of pictures with truth.json.",
            metavar="TABLE|CORRECTIONS|FOLDER",
        ),
    ],
    model: Annotated[
        str | None, typer.Option(help="Model file, or name of a shipped network.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="New model file.", metavar="FILE.safetensors")
    ] = Path("mine.safetensors"),
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file of --out if it exists.")
    ] = False,
    data_dir: DataDir = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed: equal seeds give equal networks.")] = 0,
    as_json: Json = False,
) -> None:
    """Learn from corrected numbers, together with digits of many hands, so that they stay known.

    It needs 8 corrections or more. Every fifth is held out: the new network is written only if it
    reads more of them right, or as many but more surely, and other numbers and digits no worse.
    """
    from digitwise.cli.loading import load_digits
    from digitwise.data.corrections import read_corrections
    from digitwise.data.sources import resolve
    from digitwise.models.files import save
    from digitwise.models.shipped import open_model
    from digitwise.training.corrections import learn_from

    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="--out")
    if out.exists() and not replace:
        raise typer.BadParameter(
            f"{out} exists: give another name, or --replace", param_hint="--out"
        )
    if not os.access(out.absolute().parent, os.W_OK):
        raise typer.BadParameter(f"can't write into {out.parent}", param_hint="--out")
    if out.suffix != ".safetensors":
        raise typer.BadParameter(
            f"expected a name ending in .safetensors; found {out.name}", param_hint="--out"
        )
    console = people(as_json)
    left_out: list[str] = []
    corrections = read_corrections(source, left_out.append)
    for reason in left_out[:SHOWN]:
        console.print(f"left out: {reason}")
    if len(left_out) > SHOWN:
        console.print(f"left out: {len(left_out) - SHOWN} more")
    if not corrections:
        raise DigitwiseError(
            f"{source}: no text is corrected that can be learnt from: correct some, by hand or "
            "with digitwise review"
        )
    beginning = open_model(model)
    name = resolve("auto", data_dir)
    base, validation = load_digits(name, data_dir)
    if name == "mnist":
        base, validation = base[:-VALIDATION], base[-VALIDATION:]
    console.print(f"{len(corrections)} corrected numbers; digits of all hands: {base.source}")
    learnt = learn_from(beginning, corrections, base, validation, seed, progress=console.print)
    right, now = (int(one.corrections.right.sum()) for one in (learnt.before, learnt.after))
    told = {
        "model": str(out) if learnt.model else None,
        "numbers": learnt.numbers,
        "digits": learnt.digits,
        "held_out": learnt.held_out,
        "right_before": right,
        "right_after": now,
        "accuracy_before": learnt.before.accuracy,
        "accuracy_after": learnt.after.accuracy,
    }
    if learnt.model:
        save(learnt.model, out)
    if as_json:
        emit(told)
    console.print(_said(learnt))
    if learnt.model and now == right:
        console.print("As many held-out corrections are right, and their texts are more probable.")
    if not learnt.model:
        why = (
            "other numbers or digits are read worse"
            if now > right
            else "held-out corrections are read no better, so correct more numbers"
        )
        raise DigitwiseError(f"refused: {why}; {out} was not written")
    console.print(f"{out}: digitwise read --model {out}")


def _said(learnt: "Learnt") -> str:
    before, after = learnt.before, learnt.after
    right, now = before.corrections.right.sum(), after.corrections.right.sum()
    drawn, now_drawn = before.drawn.right.sum(), after.drawn.right.sum()
    return (
        f"Held-out corrections: {right} of {learnt.held_out} right before, {now} after. Validation "
        f"digits: {percent(before.accuracy)} before, {percent(after.accuracy)} after. Drawn "
        f"numbers: {drawn} of {len(before.drawn.right)} before, {now_drawn} after."
    )
