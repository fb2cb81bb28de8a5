"""The course: every notebook runs, its solutions are right, and wrong answers are told as wrong."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

from digitwise.course import OPEN, Verdict
from digitwise.engines.threads import one_blas_thread
from tests.docs.wrong_answers import WRONG

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "course").glob("*.md"))
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+)$", re.M)
SOLUTION = re.compile(
    r"<details><summary>Solution</summary>.*?```python\n(.*?)```.*?</details>", re.S
)


def run(source, names):
    """Run a cell as a notebook does; return the value of its last line, if that is one."""
    body = ast.parse(source).body
    last = ast.Expression(body.pop().value) if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return last and eval(compile(last, "cell", "eval"), names)


def exercises(page):
    """Number, stub, check and solution of each exercise of a page, by the position of its stub."""
    cells, number, found = jupytext.read(page).cells, "", {}
    for k, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            number = (EXERCISE.findall(cell.source) or [number])[-1]
        elif "exercise" in cell.metadata.get("tags", []):
            check, after = cells[k + 1], cells[k + 2]
            assert "check" in check.metadata["tags"], number
            solution = SOLUTION.search(after.source)
            assert solution, number
            found[k] = (number, cell.source, check.source, solution[1])
    return cells, found


@pytest.fixture
def drawing():
    """No window opens, figures and styles are gone afterwards, and BLAS waits for no threads."""
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    with plt.rc_context(), one_blas_thread():
        yield plt
    plt.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_exercises_tell_right_from_wrong(page, drawing, monkeypatch):
    """All cells run in order; of an exercise its stub, wrong answers, and then its solution."""
    monkeypatch.chdir(page.parent)
    cells, found = exercises(page)
    names = {"__name__": "notebook"}
    for k, cell in enumerate(cells):
        if cell.cell_type != "code" or k - 1 in found:
            continue
        if k not in found:
            run(cell.source, names)
            drawing.close("all")
            continue
        number, stub, check, solution = found[k]
        run(stub, names)
        assert run(check, names) == Verdict(OPEN), number
        for answer, told in WRONG[number]:
            run(stub, names)
            run(answer, names)
            verdict = run(check, names)
            assert (verdict.state, told in verdict.message) == ("wrong", True), (answer, verdict)
        run(solution, names)
        verdict = run(check, names)
        assert verdict.state == "right", (number, verdict)


def test_each_notebook_has_3_to_6_exercises_with_wrong_answers():
    numbers = []
    for n, page in enumerate(PAGES, 1):
        own = [number for number, *_ in exercises(page)[1].values()]
        assert own == [f"{n}.{k}" for k in range(1, len(own) + 1)], page.name
        assert 3 <= len(own) <= 6, page.name
        numbers += own
    assert numbers == list(WRONG)


def test_code_that_is_shown_fits_the_page():
    for page in PAGES:
        for cell in jupytext.read(page).cells:
            if cell.cell_type == "code" and "check" not in cell.metadata.get("tags", []):
                assert max(map(len, cell.source.splitlines())) <= 84, (page.name, cell.source)


def test_each_equation_of_the_chapter_is_in_the_course_once():
    text = "".join(page.read_text() for page in PAGES)
    assert [int(n) for n in re.findall(r"\\tag\{(\d+)\}", text)] == list(range(1, 22))


def test_each_notebook_is_linked_from_the_guide():
    guide = (DOCS / "learn-networks.md").read_text()
    for page in PAGES:
        assert f"(course/{page.name})" in guide
        assert f"\ncourse/{page.stem}\n" in guide


@pytest.fixture(scope="module")
def notebooks():
    spec = importlib.util.spec_from_file_location("notebooks", DOCS / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_downloaded_notebook_installs_what_is_missing(notebooks, tmp_path, monkeypatch):
    notebooks.write_notebooks(DOCS / "course", tmp_path, "")
    first = jupytext.read(tmp_path / f"{PAGES[0].stem}.ipynb")
    install = first.cells[1].source
    called = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: called.append(command))
    run(install, {})
    assert called == []  # it is here
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    run(install, {})
    assert called == [[sys.executable, "-m", "pip", "install", "--quiet", "../.."]]
    notebooks.write_notebooks(DOCS / "course", tmp_path, "some/where")
    first = jupytext.read(tmp_path / f"{PAGES[0].stem}.ipynb")
    assert "git+https://github.com/some/where" in first.cells[1].source
    assert f"({PAGES[1].stem}.ipynb)" in first.cells[-1].source


def test_colab_is_offered_only_where_the_repository_is_known(notebooks):
    assert "Colab" not in notebooks.notebook_links("a.ipynb", "")
    assert "github/some/where/blob" in notebooks.notebook_links("a.ipynb", "some/where")
