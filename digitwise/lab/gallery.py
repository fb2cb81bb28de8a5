"""The gallery: every experiment on one page, with claims, measurements and pictures."""

import json
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from string import Template

from digitwise.errors import DigitwiseError, reason_of
from digitwise.files import write_atomically
from digitwise.lab import EXPERIMENTS, find_experiment
from digitwise.lab.experiment import Finding, Run

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>digitwise: the lab</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --paper: #fff; --ink: #1d2b36; --quiet: #5c6b77;
    --line: #dbe2e8; --link: #1b4965; --code: #f5f7f9; --accent: #a8432c; --good: #1b6449 }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #12181d; --ink: #dde5eb; --quiet: #9aa8b3; --line: #2b363f;
      --link: #8cc2e8; --code: #1a2229; --accent: #e8886f; --good: #6fc3a1 }
  }
  * { box-sizing: border-box }
  body { margin: 0; color: var(--ink); background: var(--paper);
    font: 16px/1.55 system-ui, sans-serif }
  main, header { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem }
  header { padding-top: 2.5rem }
  h1 { margin: 0 0 .3rem; font-size: 1.9rem }
  h2 { margin: 0 0 .2rem; font-size: 1.25rem }
  nav { display: flex; flex-wrap: wrap; gap: .3rem .9rem; margin-top: 1rem }
  a { color: var(--link) }
  section { border-top: 1px solid var(--line); padding: 2rem 0 1rem }
  code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
  .quiet { color: var(--quiet) }
  pre { overflow-x: auto; background: var(--code); padding: .8rem 1rem; font-size: .85rem }
  ul { list-style: none; padding: 0 }
  li { margin: .8rem 0; padding-left: 1rem; border-left: 4px solid var(--good) }
  li.not { border-color: var(--accent) }
  .verdict { font-weight: 600; color: var(--good) }
  .not .verdict { color: var(--accent) }
  figure { margin: 1.2rem 0 }
  figcaption { color: var(--quiet); font-size: .9rem }
  img { max-width: 100%; height: auto; display: block; background: #fff; border-radius: 4px }
</style>
</head>
<body>
<header>
<h1>The lab</h1>
<p>What the first chapter of Michael Nielsen's <i>Neural Networks and Deep Learning</i> says, run
and checked: $held of $all claims held.$short</p>
<p class="quiet">$data</p>
<nav>$links</nav>
</header>
<main>
$sections
</main>
</body>
</html>
""")


def write_gallery(
    folder: Path,
    short: bool = False,
    progress: Callable[[Run], None] | None = None,
    names: Iterable[str] = EXPERIMENTS,
) -> list[Run]:
    """Run every experiment, and write a page with their figures into a folder.

    Parameters
    ----------
    short : bool
        Fewer seeds and fewer digits.
    progress : callable, optional
        Called with each run.
    names : iterable of str
        Experiments; all by default.

    Raises
    ------
    DigitwiseError
        If the folder can't be made or written to.
    """
    _make(folder)
    runs, sections = [], []
    for name in names:
        run = find_experiment(name).run_short() if short else find_experiment(name).run()
        sections.append(_section(run, write_run(run, folder)))
        runs.append(run)
        if progress:
            progress(run)
    findings = [finding for run in runs for finding in run.result.findings()]
    page = PAGE.substitute(
        held=sum(finding.held for finding in findings),
        all=len(findings),
        short=" This is the short version: few seeds, few digits." if short else "",
        data=escape(next((describe_data(run.data) for run in runs if run.data), "")),
        links=" ".join(
            f'<a href="#{run.experiment.name}">{run.experiment.name}</a>' for run in runs
        ),
        sections="\n".join(sections),
    )
    write_atomically(folder / "index.html", page.encode())
    return runs


def write_run(run: Run, folder: Path) -> list[str]:
    """Write the figures and numbers of a run; return the names of the picture files."""
    from digitwise.lab.figures import save

    _make(folder)
    name = run.experiment.name
    shown = []
    for figure_name, figure in run.draw().items():
        save(figure, folder, f"{name}-{figure_name}")
        shown.append(f"{name}-{figure_name}.svg")
    for file_name, content in run.animate().items():
        write_atomically(folder / f"{name}-{file_name}.gif", content)
        shown.append(f"{name}-{file_name}.gif")
    numbers = json.dumps(run.to_dict(), indent=1, allow_nan=False)
    write_atomically(folder / f"{name}.json", f"{numbers}\n".encode())
    return shown


def describe_data(name: str) -> str:
    """Return a sentence about the digits of the experiments."""
    if name == "mnist":
        return "Digits: MNIST's training digits; judged on the last sixth of them"
    return "Digits: the bundled ones, 1,437, as MNIST is not on this machine (digitwise data fetch)"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitwiseError(f"can't make the folder {folder}: {reason_of(error)}") from error


def _section(run: Run, figures: list[str]) -> str:
    name = run.experiment.name
    text = f"<pre>{escape(run.result.text)}</pre>\n" if run.result.text else ""
    findings = "\n".join(_item(finding) for finding in run.result.findings())
    pictures = "\n".join(
        f'<figure><a href="{file}"><img src="{file}" alt="{escape(_words(file, run))}" '
        f'loading="lazy"></a><figcaption>'
        f"{escape(_words(file, run))}</figcaption></figure>"
        for file in figures
    )
    return (
        f'<section id="{name}">\n<h2>{escape(run.experiment.summary)}</h2>\n'
        f'<p class="quiet"><code>{escape(run.command)}</code> · {run.seconds:.1f} s · '
        f'<a href="{name}.json">numbers</a></p>\n{text}'
        f"<ul>\n{findings}\n</ul>\n{pictures}\n</section>"
    )


def _item(finding: Finding) -> str:
    verdict, kind = ("held", "") if finding.held else ("did not hold", ' class="not"')
    return (
        f"<li{kind}><b>{escape(finding.claim)}.</b><br>{escape(finding.measured)} "
        f'<span class="verdict">→ {verdict}</span></li>'
    )


def _words(file: str, run: Run) -> str:
    """Return the caption of a picture file, from the experiment's CAPTIONS."""
    name = file.rsplit(".", 1)[0].removeprefix(f"{run.experiment.name}-")
    captions: dict[str, str] = run.experiment.module.CAPTIONS
    return captions[name]
