import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(tmp_path):
    """The command line as users run it: a process of its own, in an empty folder."""

    def run(*arguments, stdin=None, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "digitwise", *map(str, arguments)],
            cwd=tmp_path,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env={**os.environ, **environment},
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err
        return ran

    return run


def assert_one_line(ran, code, *parts):
    """A failure as users see it: one line on standard error, nothing on standard output."""
    assert ran.code == code
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("digitwise: ")
    for part in parts:
        assert part in lines[0]
