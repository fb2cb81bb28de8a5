"""Sensitivity of readings to each tuned constant: vary it, and read pictures again.

    python benchmarks/sensitivity.py ../shared/numbers [--cases ../shared/cases]
        [--only imaging/ink.py] [--results build/sensitivity.jsonl] [--write]

Every constant of `imaging/` and `reading/` that is a number, or a tuple of numbers, is multiplied
by 0.8 and by 1.25; whole numbers change by one at least. The pictures are real training numbers,
drawn numbers (DIGITWISE_DATA, the last 5,000 training digits), and forms and pages with known text.
A reading has changed if its text differs, or if it is rejected in one of the two cases only.
A picture is read again only if functions of the constant's modules are called to read it.

Results are appended to a file, so that a stopped run can be continued. --write makes
docs/tuning.md.
"""

import argparse
import ast
import importlib
import json
import multiprocessing
import sys
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from time import process_time

import drawn_forms
import numpy as np
from measure import machine, mnist, table

import digitwise as dw
from digitwise.data.real_numbers import read_real_numbers
from digitwise.data.strings import HANDS, draw_number
from digitwise.engines.threads import cores
from digitwise.imaging.pictures import open_first
from digitwise.reading.forms.propose import propose_form

ROOT = Path(__file__).parent.parent
FOLDERS = ("imaging", "reading")
FORMS = 3  # photographs of a blank form, for which fields are proposed
FORM_PX = (1400, 1400)
FACTORS = (0.8, 1.25)
LEARNING = ("learning", "sign_learning", "mark_learning", "examples", "samples", "aligning")
"""Modules whose constants affect learning only, not reading."""
DRAWN = 6  # numbers of each hand
EVERY_REAL = 10  # every tenth real number is read with the layout `number`
EVERY_PAGE = 25  # every 25th real number is read with the layout `auto`
MOST_SECONDS = 2.0  # of a processor, to read a picture; slower ones are left out
SEED = 2031


@dataclass(frozen=True)
class Constant:
    """A numeric constant of the source, by module and name."""

    module: str
    name: str
    value: float | tuple
    meaning: str

    @property
    def key(self):
        return f"{self.module}.{self.name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", type=Path)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--only", default="", help="text in the paths of the files")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "sensitivity.jsonl")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    constants = [c for c in find_constants() if options.only in c.module.replace(".", "/") + ".py"]
    options.results.parent.mkdir(parents=True, exist_ok=True)
    known = results_in(options.results)
    jobs = [(c, f) for c in constants for f in FACTORS if f"{c.key} {c.value} {f}" not in known]
    context = multiprocessing.get_context("spawn")
    with (
        context.Pool(cores(), start, (options.numbers, options.cases)) as pool,
        options.results.open("a") as file,
    ):
        for constant, factor, found in pool.imap_unordered(vary, jobs):
            row = {"key": f"{constant.key} {constant.value} {factor}", **found}
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(row, file=sys.stderr)
    known = results_in(options.results)
    text = report(constants, known)
    print(text)
    if options.write:
        (ROOT / "docs" / "tuning.md").write_text(text, encoding="utf-8")


def find_constants():
    """Return all tuned constants, in the order of files and lines."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / "digitwise" / folder).rglob("*.py")):
            if path.stem in LEARNING:
                continue
            source = path.read_text(encoding="utf-8")
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            lines = source.splitlines()
            for name, value, line in numbers_of(ast.parse(source)):
                found.append(Constant(module, name, value, meaning(lines, line)))
    return found


def meaning(lines, line):
    """Return the comment of a constant: on its line (from 1), or the lines above it."""
    _, _, beside = lines[line - 1].partition("#")
    above = takewhile(lambda text: text.startswith("#"), reversed(lines[: line - 1]))
    whole = " ".join(text.strip("# ") for text in reversed(list(above)))
    return beside.strip() or whole.split(". ")[0].rstrip(".")


def numbers_of(tree):
    """Yield names, values and lines of a module's numeric constants."""
    for statement in tree.body:
        if not isinstance(statement, ast.Assign):
            continue
        (target, value) = statement.targets[0], statement.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for name, expression in pairs:
            if isinstance(name, ast.Name) and name.id.isupper():
                try:
                    number = ast.literal_eval(expression)
                except ValueError:
                    continue
                parts = number if isinstance(number, tuple) else (number,)
                if parts and all(type(part) in (int, float) for part in parts):
                    yield name.id, number, expression.lineno


def varied(value, factor):
    """Return the value times the factor; whole numbers stay whole, but always change."""
    if isinstance(value, tuple):
        return tuple(varied(part, factor) for part in value)
    if isinstance(value, float):
        return value * factor
    nearest = round(value * factor)
    return nearest if nearest != value else value + (1 if factor > 1 else -1)


def start(numbers, cases):
    """Store the folders of the pictures in a worker process."""
    global folders
    folders = numbers, cases


@cache
def unchanged():
    """Return the pictures, their readings with unchanged constants, and the modules that read."""
    pictures, readings, modules = [], [], []
    for picture in corpus(*folders):
        began = process_time()
        reading = attempted(picture[1])
        if process_time() - began < MOST_SECONDS or not pictures:  # the first compiles kernels
            pictures.append(picture)
            readings.append(reading)
            modules.append(modules_of(picture[1]))
    return pictures, readings, modules


def modules_of(read):
    """Return the names of the modules whose functions are called to read a picture."""
    names = set()
    sys.setprofile(lambda frame, *_: names.add(frame.f_globals.get("__name__")))
    try:
        attempted(read)
    finally:
        sys.setprofile(None)
    return names


def corpus(numbers, cases):
    """Yield pairs of the right text and a function that reads the picture."""
    develop, _ = read_real_numbers(numbers)
    reader = dw.Reader()
    for layout, every in (("number", EVERY_REAL), ("auto", EVERY_PAGE)):
        for number in develop[::every]:
            yield (
                number.text,
                lambda n=number, lay=layout: said(reader.read(n.path, lay, signs="none")),
            )
    train, _ = mnist()
    for hand in HANDS:
        for index in range(DRAWN):
            drawn = draw_number(train[55_000:], HANDS[hand], SEED, index)
            yield drawn.text, lambda d=drawn: said(reader.read(d.image, "number", signs="none"))
    if cases is None:
        return
    truth = json.loads((cases / "truth.json").read_text(encoding="utf-8"))
    for name, known in truth.items():
        yield known["truth"], lambda n=name: said(reader.read(cases / n, "auto"))
    for description in sorted((cases / "form").glob("*.toml")):
        for picture in sorted(description.parent.glob(f"{description.stem}_*.png")):
            if "blank" not in picture.stem:
                yield None, lambda p=picture, f=description: said(reader.read(p, form=f))
            else:
                yield None, lambda p=picture: proposed(open_first(p))
    page = drawn_forms.DELIVERY.draw()
    for seed in range(FORMS):
        taken = drawn_forms.photograph(page, np.random.default_rng(seed))[0].convert("L")
        taken.thumbnail(FORM_PX)
        yield None, lambda p=taken: proposed(open_first(p))


def proposed(picture):
    """Return the cells of each field that is proposed for a form."""
    return " ".join(str(field.cells) for field in propose_form(picture).fields)


def attempted(read):
    """Return the texts that were read, or the name of the error of a refused picture."""
    try:
        return read()
    except dw.DigitwiseError as error:
        return type(error).__name__


def said(numbers):
    """Return the texts of numbers in one string; "?" precedes a rejected one."""
    return " ".join(("?" if number.rejected else "") + number.text for number in numbers)


def vary(job):
    """Read all pictures with one constant changed, and count the changed readings."""
    constant, factor = job
    pictures, before, modules = unchanged()
    home = importlib.import_module(constant.module)
    value = varied(constant.value, factor)
    changed = [home]
    for name, module in list(sys.modules.items()):
        if name.startswith("digitwise.") and (constant.module, constant.name) in imported(module):
            changed.append(module)
    for module in changed:
        setattr(module, constant.name, value)
    concerned = {module.__name__ for module in changed}
    try:
        after = [
            attempted(picture[1]) if concerned & names else reading
            for picture, reading, names in zip(pictures, before, modules, strict=True)
        ]
    except Exception as error:  # the changed constant may be invalid
        return constant, factor, {"fails": f"{type(error).__name__}: {error}"[:200]}
    finally:
        for module in changed:
            setattr(module, constant.name, constant.value)
    right = [text for text, _ in pictures]
    differ = sum(a != b for a, b in zip(before, after, strict=True))
    score = [sum(a == t for a, t in zip(told, right, strict=True)) for told in (before, after)]
    return constant, factor, {"changed": differ, "right": score[1] - score[0], "of": len(right)}


@cache
def imported(module):
    """Return pairs (module, name) of all names that a module imports."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {(node.module, alias.name) for node in froms for alias in node.names}


def results_in(path):
    """Return the results of earlier runs, by constant, value and factor."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["key"]: row for row in rows}


def report(constants, known):
    """Return the text of docs/tuning.md."""
    rows = []
    for c in constants:
        low, high = (known.get(f"{c.key} {c.value} {f}", {}) for f in FACTORS)
        place = c.module.removeprefix("digitwise.").replace(".", "/")
        rows.append([f"`{place}`", f"`{c.name}`", c.value, c.meaning, effect(low), effect(high)])
    count, told = max((row.get("of", 0) for row in known.values()), default=0), machine()
    titles = ["file", "constant", "value", "meaning", "× 0.8", "× 1.25"]
    return (
        "# Tuned constants\n\nEach constant of `imaging/` and `reading/` was multiplied by 0.8 and "
        f"by 1.25, and {count} pictures were read again: real numbers, drawn ones, pages and forms. "
        "A cell says how many readings changed and, after the comma, how many more are right "
        "(fewer, if negative); it is empty where nothing was measured.\n\n"
        f"Made with `python benchmarks/sensitivity.py` on {told['date']}, with {told['cpu']}.\n\n"
        f"{table(titles, rows)}\n"
    )


def effect(row):
    if not row:
        return ""
    return row.get("fails") or f"{row['changed']}, {row['right']:+d}"


if __name__ == "__main__":
    main()
