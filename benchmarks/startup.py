"""Start-up time of commands: python benchmarks/startup.py [REPEATS]

An empty program shows the machine's own share. Commands run in turn, so that other load on the
machine affects all of them alike. Figures are medians of wall-clock time and of processor time
(user and system), in milliseconds.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

NUMBER = Path(__file__).parents[1] / "docs" / "number.jpg"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import digitwise": ["-c", "import digitwise"],
    "digitwise --help": ["-m", "digitwise", "--help"],
    "digitwise read number.jpg": ["-m", "digitwise", "read", str(NUMBER)],
}


def measure(words):
    before, begun = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - begun, os.times()
    return wall, sum(after[2:4]) - sum(before[2:4])


def main(repeats=11):
    measured = {name: [] for name in COMMANDS}
    for _ in range(repeats):
        for name, words in COMMANDS.items():
            measured[name].append(measure(words))
    print(f"{'':<28}{'wall':>8}{'work':>8}   ms, medians of {repeats}")
    for name, times in measured.items():
        wall, work = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:<28}{wall:>8.0f}{work:>8.0f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
