"""What all commands print alike."""

import os
import shlex
import subprocess
import sys

import pytest

from tests.cli.conftest import assert_one_line


@pytest.mark.parametrize("command", [[], ["read"], ["data", "list"], ["lab", "list"]])
def test_help_is_asked_for_in_short(run, command):
    short, long = (run(*command, asked) for asked in ("-h", "--help"))
    assert short.code == 0
    assert short.out == long.out
    assert "--help" in short.out


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_colours_in_a_pipe_come_without_moves_of_the_cursor(run, as_json):
    command = ["sweep", "--data", "digits", "--hidden", "5", "--epochs", "1", "--seeds", "2"]
    ran = run(*command, *as_json, FORCE_COLOR="1")
    assert ran.code == 0
    printed = ran.out + ran.err
    for code in ("\x1b[?25", "\x1b[2K", "\x1b[1A", "\r"):
        assert code not in printed


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error_and_tables_are_whole(tmp_path, draw_number, closed):
    for name in "ab":
        draw_number("250").save(tmp_path / f"{name}.png")
    command = f"{shlex.quote(sys.executable)} -m digitwise read a.png b.png -v -o t.csv {closed}"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "t.csv").read_text().count('"250"') == 4  # texts and best guesses
    assert not (tmp_path / "t.csv.unfinished").exists()


@pytest.mark.parametrize("columns", ["0", "00", "", "-1", "wide", "9" * 5000])
def test_output_is_not_lost_in_a_terminal_of_nonsense_width(run, columns):
    ran = run("models", COLUMNS=columns)
    assert ran.code == 0
    assert "784-2000" in ran.out


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_one_line(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "digitwise", "models"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "digitwise: can't read or write: No space left on device\n"


def test_a_package_that_a_small_install_lacks_is_named(run, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['pooch'] = None")
    ran = run("data", "fetch", "--data-dir", "new", PYTHONPATH=str(tmp_path))
    assert_one_line(ran, 1, "this needs the package pooch", "pip install pooch")
