"""Read damaged pictures: python benchmarks/damaged.py [-n 50000]

Small pictures of a number, in every supported format and PDF, are damaged: bits flipped, parts cut
off, repeated or replaced by another file's, numbers in headers made absurd. Each must be read, or
refused with a `DigitwiseError`, within 5 seconds and 1 GB.
"""

import argparse
import io
import resource
import time
from collections import Counter

import numpy as np
from PIL import Image

import digitwise as dw
from digitwise.data.strings import Hand, draw_number
from digitwise.engines.threads import cores
from digitwise.errors import DigitwiseError
from digitwise.processes import make_pool

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF", "PPM", "PDF")
CHUNK = 250  # files a task
SECONDS = 5.0  # limit of one file
MEGABYTES = 1000.0  # limit of a process
ABSURD = (0, 1, 0x7F, 0x80, 0xFF)  # bytes of absurd numbers


def draw_files() -> list[bytes]:
    digits, _ = dw.load("digits")
    files = []
    for index, format_ in enumerate(FORMATS):
        image = Image.fromarray(draw_number(digits, Hand(count=(2, 3)), 3, index).image)
        file = io.BytesIO()
        image.convert("RGB").save(file, format_)
        files.append(file.getvalue())
        if format_ == "TIFF":
            pages = io.BytesIO()
            image.save(pages, "TIFF", save_all=True, append_images=[image], compression="tiff_lzw")
            files.append(pages.getvalue())
    return files


def damage(files: list[bytes], rng: np.random.Generator) -> bytes:
    """Damage a random file in one to three ways."""
    content = bytearray(files[rng.integers(len(files))])
    for _ in range(rng.integers(1, 4)):
        if not content:
            break
        at = int(rng.integers(len(content)))
        head = int(rng.integers(min(200, len(content))))
        kind = rng.integers(7)
        if kind == 0:
            for place in rng.integers(0, len(content), rng.integers(1, 20)):
                content[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            content[head] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            del content[at:]
        elif kind == 3:
            length = int(rng.integers(1, 9))
            content[head : head + length] = bytes([ABSURD[rng.integers(len(ABSURD))]] * length)
        elif kind == 4:
            del content[at : at + int(rng.integers(1, 500))]
        elif kind == 5:
            content[at:at] = content[at : at + int(rng.integers(1, 500))]
        else:
            other = files[rng.integers(len(files))]
            content[at:] = other[int(rng.integers(len(other))) :]
    return bytes(content)


def read_some(first: int, last: int) -> tuple[Counter, float, float, list[str]]:
    """Return outcomes of files `first` to `last`, longest seconds, most megabytes, and failures."""
    reader, files = dw.Reader(compiled=False), draw_files()
    found, longest, wrong = Counter(), 0.0, []
    for index in range(first, last):
        content = damage(files, np.random.default_rng((5, index)))
        begun = time.perf_counter()
        try:
            reader.read(io.BytesIO(content))
            found["read"] += 1
        except DigitwiseError as error:
            found["refused"] += 1
            if "\n" in str(error) or len(str(error)) > 400:
                wrong.append(f"{index}: not one clear line: {error!r:.200}")
        except BaseException as error:
            wrong.append(f"{index}: {type(error).__name__}: {error!s:.200}")
        took = time.perf_counter() - begun
        longest = max(longest, took)
        if took > SECONDS:
            wrong.append(f"{index}: {took:.1f} s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if most > MEGABYTES:
        wrong.append(f"{first} to {last}: {most:.0f} MB")
    return found, longest, most, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=50_000)
    n = parser.parse_args().n
    found, longest, most, wrong = Counter(), 0.0, 0.0, []
    starts = range(0, n, CHUNK)
    with make_pool(cores()) as pool:
        results = pool.map(read_some, starts, [min(start + CHUNK, n) for start in starts])
        for counts, seconds, memory, errors in results:
            found += counts
            longest, most = max(longest, seconds), max(most, memory)
            wrong += errors
            for error in errors:
                print(error, flush=True)
    print(
        f"{n:,} damaged files: {found['read']:,} read, {found['refused']:,} refused, {len(wrong)} wrong"
    )
    print(f"the longest took {longest:.2f} s, a process used {most:.0f} MB at most")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
