from functools import cache

import pytest

from digitwise.lab import find_experiment


@cache
def _short(name):
    return find_experiment(name).run_short()


@pytest.fixture(scope="session")
def short():
    """Runs the short version of an experiment, once, on the bundled digits."""
    return _short
