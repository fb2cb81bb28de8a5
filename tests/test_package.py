import subprocess
import sys
import textwrap
from importlib import metadata
from pathlib import Path

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


def test_reading_a_number_takes_nothing_along_that_it_does_not_need():
    number = Path(__file__).parents[1] / "docs" / "number.jpg"
    code = f"""
        import sys
        sys.argv[1:] = ["read", {str(number)!r}]
        from digitwise.__main__ import main
        main()
    """
    dropped = {
        "numba",
        "scipy",
        "matplotlib",
        "sklearn",
        "rich",
        "requests",
        "digitwise.imaging.align",
    }
    dropped |= {"PIL.PdfImagePlugin"}  # all of Pillow's formats
    script = [sys.executable, "-X", "importtime", "-c", textwrap.dedent(code)]
    shown = subprocess.run(script, capture_output=True, text=True, check=True)
    assert shown.stdout == "8205373\n"
    imported = {line.split("|")[-1].strip() for line in shown.stderr.splitlines() if "|" in line}
    assert "digitwise.reading.reader" in imported
    assert not dropped & imported
