"""What a run's process and the server do where POSIX is not: simulated."""

import os
import socket
from multiprocessing import Pipe

import pytest

pytest.importorskip("fastapi")

from digitwise.cli.serve import listen
from digitwise.settings import DEFAULTS
from digitwise.web import trainer


def test_a_run_needs_no_niceness(monkeypatch):
    monkeypatch.delattr(os, "nice", raising=False)  # as on Windows
    monkeypatch.setattr(trainer, "work_alone", lambda: None)
    here, there = Pipe()
    here.close()  # the client that began the run has gone
    trainer.work(there, DEFAULTS.changed({"data": "digits", "hidden": (5,), "epochs": 1}))


@pytest.mark.parametrize(("system", "reuses"), [("posix", True), ("nt", False)])
def test_only_posix_takes_a_port_again(monkeypatch, system, reuses):
    monkeypatch.setattr(os, "name", system)
    with listen("127.0.0.1", 0) as listening:
        monkeypatch.undo()
        assert bool(listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)) == reuses
