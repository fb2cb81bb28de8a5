import subprocess
import sys
from pathlib import Path

import numpy as np

EXAMPLE = Path(__file__).parents[2] / "examples" / "seventy_four.py"


def test_it_has_74_lines_and_imports_nothing_but_numpy_and_the_standard_library():
    lines = EXAMPLE.read_text().splitlines()
    assert len(lines) <= 74
    imports = [line for line in lines if line.startswith(("import", "from"))]
    assert set(imports) == {
        "import gzip", "import sys", "from pathlib import Path", "import numpy as np",
    }  # fmt: skip


def test_its_backpropagation_is_the_gradient():
    module = {"__name__": "seventy_four"}
    exec(compile(EXAMPLE.read_text(), EXAMPLE, "exec"), module)
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal((4, 5)), rng.standard_normal((3, 4))]
    biases = [rng.standard_normal(4), rng.standard_normal(3)]
    x, y = rng.random((6, 5)), rng.random((6, 3))

    def cost():
        outputs = module["feedforward"](weights, biases, x)[-1]
        return ((y - outputs) ** 2).sum() / (2 * len(x))

    gradient = module["backpropagate"](weights, biases, x, y)
    for layer in range(2):
        for parameter, stated in zip((weights[layer], biases[layer]), gradient[layer], strict=True):
            for index in np.ndindex(parameter.shape):
                kept = parameter[index]
                parameter[index] = kept + 1e-6
                up = cost()
                parameter[index] = kept - 1e-6
                down = cost()
                parameter[index] = kept
                np.testing.assert_allclose(stated[index], (up - down) / 2e-6, atol=1e-9)


def test_it_recognises_95_percent_of_mnist(mnist_folder):
    shown = subprocess.run(
        [sys.executable, EXAMPLE, mnist_folder], capture_output=True, text=True, check=True
    )
    lines = shown.stdout.splitlines()
    assert len(lines) == 30
    assert int(lines[-1].split()[2]) > 9500


def test_without_a_folder_it_learns_the_digits_that_come_along():
    shown = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=True)
    lines = shown.stdout.splitlines()
    assert len(lines) == 30
    assert int(lines[-1].split()[2]) > 320  # of 360


def test_of_a_wrong_folder_it_says_in_one_line_what_is_missing(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(bytes(16 + 784))
    shown = subprocess.run(
        [sys.executable, EXAMPLE, tmp_path], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 1
    (line,) = shown.stderr.splitlines()
    assert "lacks t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz" in line
