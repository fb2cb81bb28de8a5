"""The manual page and completion, made of the commands themselves."""

import os
import shutil
import subprocess
import sys

import pytest

from digitwise.cli.man import EXIT_CODES, VARIABLES
from digitwise.settings import TABLE
from tests.cli.test_logs import rows


@pytest.fixture(scope="module")
def page():
    command = [sys.executable, "-m", "digitwise", "man"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("ascii")


def test_every_command_and_setting_is_on_it(page):
    for command in ("train", "read", "sweep", "data fetch", "lab list", "import", "serve"):
        assert f'.SS "digitwise {command} [OPTIONS]' in page
    for setting in TABLE.values():
        assert setting.option.replace("-", "\\-") in page
    assert "\n.B 130\nInterrupted" in page
    assert "\n.B DIGITWISE_DATA\n" in page


def test_roff_takes_it(page):
    if shutil.which("groff") is None:
        pytest.skip("needs groff")
    shown = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8"], input=page.encode(), capture_output=True, check=True
    )
    assert not shown.stderr
    assert "learning rate" in shown.stdout.decode()


def test_lines_that_are_no_requests(page):
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".TP", ".B"}


def test_codes_and_variables_are_those_of_the_docs():
    assert rows("Exit codes") == [str(code) for code in EXIT_CODES]
    assert rows("Environment variables") == list(VARIABLES)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("digitwise re", {"read", "review"}),
        ("digitwise read --over", {"--overlay"}),
        ("digitwise data ver", {"verify"}),
    ],
)
def test_shells_complete_commands_and_options(typed, completed):
    asked = {
        "_DIGITWISE_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "digitwise"],
        capture_output=True,
        text=True,
        env=os.environ | asked,
        check=True,
    )
    assert set(done.stdout.split()) == completed
