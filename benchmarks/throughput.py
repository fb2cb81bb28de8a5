"""Five-digit pictures read per second, from disk to text, and time of a single picture.

    python benchmarks/throughput.py [-n 1000] [--memory 10000]

The pictures are PNG files of hand `spaced-5` (`digitwise.data.strings`), drawn with MNIST's test
digits (DIGITWISE_DATA). `digitwise read FOLDER` reads all of them, then a tenth of them; the
difference is the time without start-up. --memory N also reads N pictures, and prints the memory
used.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import machine, mnist
from PIL import Image

import digitwise as dw
from digitwise.data.strings import HANDS, draw_number
from digitwise.engines.threads import cores, one_blas_thread

SEED = 2027
ROUNDS = 3
A4_PX = (3508, 2480)  # height and width at 300 dpi
DISTINCT = 1000  # different pictures; further ones are copies


def draw(folder, digits, count):
    folder.mkdir()
    for index in range(count):
        path = folder / f"{index:05}.png"
        if index < DISTINCT:
            Image.fromarray(draw_number(digits, HANDS["spaced-5"], SEED, index).image).save(path)
        else:
            shutil.copy(folder / f"{index % DISTINCT:05}.png", path)


def read(folder, jobs):
    """Return the seconds of a command, and the peak megabytes of its largest process."""
    command = [sys.executable, "-m", "digitwise", "read", str(folder), "--jobs", str(jobs)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def in_process(digits):
    """Return median milliseconds a number, median seconds an A4 page, and its numbers."""
    pictures = [draw_number(digits, HANDS["spaced-5"], SEED, k).image for k in range(200)]
    reader, took = dw.Reader(), []
    with one_blas_thread():
        for picture in pictures * ROUNDS:
            started = time.perf_counter()
            reader.read(picture)
            took.append(time.perf_counter() - started)
        page = a4_page(pictures)
        pages = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            numbers = reader.read(page)
            pages.append(time.perf_counter() - started)
    return 1000 * statistics.median(took), statistics.median(pages), len(numbers)


def a4_page(pictures):
    """Return an A4 page of up to 60 numbers in three columns, on white paper."""
    page = Image.new("L", A4_PX[::-1], 245)
    row = 200
    for index, picture in enumerate(pictures[:60]):
        number = Image.fromarray(picture).point(lambda light: 245 if light > 128 else light)
        page.paste(number, (150 + 780 * (index % 3), row))
        row += 160 if index % 3 == 2 else 0
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    digits = mnist()[1]
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        every, few = Path(scratch) / "every", Path(scratch) / "few"
        draw(every, digits, options.n)
        draw(few, digits, options.n // 10)
        read(few, 1)  # compiles kernels, if this machine has no cache of them
        for jobs in sorted({1, cores()}):
            rates = []
            for _ in range(ROUNDS):
                (all_of_them, memory), (start, _) = read(every, jobs), read(few, jobs)
                rates.append((options.n - options.n // 10) / (all_of_them - start) / jobs)
            print(
                f"{jobs} processes: {statistics.median(rates):.0f} a second a core "
                f"({min(rates):.0f} to {max(rates):.0f}), {memory:.0f} MB"
            )
        if options.memory:
            many = Path(scratch) / "many"
            draw(many, digits, options.memory)
            print(f"memory of {options.n:,}: {memory:.0f} MB; of {options.memory:,}: ", end="")
            print(f"{read(many, cores())[1]:.0f} MB")
    one, page, numbers = in_process(digits)
    print(f"in process: {one:.1f} ms a number, {page:.2f} s an A4 page of {numbers} numbers")


if __name__ == "__main__":
    main()
