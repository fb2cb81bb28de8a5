import subprocess
import sys
from importlib import metadata

import pytest

import digitwise


def test_every_public_name_is_there():
    assert set(digitwise._HOMES) | {"__version__"} == set(digitwise.__all__)
    for name in digitwise.__all__:
        assert getattr(digitwise, name) is not None
    assert set(dir(digitwise)) == set(digitwise.__all__)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'Convolution'"):
        digitwise.Convolution  # noqa: B018


def test_version_is_that_of_the_distribution():
    assert metadata.version("digitwise") == digitwise.__version__


def test_importing_takes_nothing_heavy_along():
    code = (
        "import sys, digitwise, digitwise.cli; heavy = {'numpy', 'cv2', 'matplotlib', 'sklearn',"
        " 'PIL', 'scipy', 'numba', 'requests', 'safetensors'}; print(heavy & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
