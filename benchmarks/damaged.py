"""Use damaged files and texts: python benchmarks/damaged.py [-n 100000] [--kind picture ...]

What people give to digitwise is damaged: bits flipped, parts cut off, repeated or replaced by
another example's, numbers made absurd, words put in; members of an archive before it is packed.
Each must be used, or refused with a `DigitwiseError` of one line, within 5 seconds and 1 GB.
"""

import argparse
import io
import resource
import signal
import time
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from damageable import KINDS

from digitwise.engines.threads import cores
from digitwise.errors import DigitwiseError
from digitwise.processes import make_pool

CHUNK = 250  # files a task
LIMIT_S = 5.0  # of one file
HANG_S = 30  # after this a file is given up
LIMIT_MB = 1000.0  # of a process
ABSURD = (0, 1, 0x7F, 0x80, 0xFF)  # bytes of absurd numbers
WORDS = (
    b"9" * 5000, b"[" * 2000, b"(" * 2000, b"{", b"}", b"{999}", b"-1", b"1e999", b"nan", b"\0",
    b'"', b"\n", b",", b"\xc2\xb2", b"\xd9\xa3", b"null", b"{}", b"0x", b"not ", b"99999999999",
)  # fmt: skip


@dataclass
class Outcome:
    """What became of some damaged files."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    longest_s: float = 0.0
    megabytes: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.counts += other.counts
        self.longest_s = max(self.longest_s, other.longest_s)
        self.megabytes = max(self.megabytes, other.megabytes)
        self.faults += other.faults


def damage(examples: list[bytes], rng: np.random.Generator) -> bytes:
    """Damage a random example; of an archive, half of the time, one of its members."""
    content = examples[rng.integers(len(examples))]
    if content[:4] == b"PK\3\4" and rng.random() < 0.5:
        return _damage_member(content, rng)
    return _damage_bytes(content, examples, rng)


def _damage_member(content: bytes, rng: np.random.Generator) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(packed, "w") as damaged:
        names = whole.namelist()
        chosen = names[rng.integers(len(names))]
        for name in names:
            member = whole.read(name)
            damaged.writestr(
                name, _damage_bytes(member, [member], rng) if name == chosen else member
            )
    return packed.getvalue()


def _damage_bytes(whole: bytes, examples: list[bytes], rng: np.random.Generator) -> bytes:
    """Damage bytes in one to three ways."""
    content = bytearray(whole)
    for _ in range(rng.integers(1, 4)):
        if not content:
            break
        at = int(rng.integers(len(content)))
        head = int(rng.integers(min(200, len(content))))
        kind = rng.integers(8)
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
        elif kind == 6:
            place = (at, head)[rng.integers(2)]
            content[place : place + int(rng.integers(3))] = WORDS[rng.integers(len(WORDS))]
        else:
            other = examples[rng.integers(len(examples))]
            content[at:] = other[int(rng.integers(len(other))) :]
    return bytes(content)


def use_some(names: list[str], first: int, last: int) -> Outcome:
    """Use damaged files `first` to `last`, of each kind in turn."""
    kinds = [kind for kind in KINDS if kind.name in names]
    examples = {kind.name: kind.make() for kind in kinds}
    for kind in kinds:
        for content in examples[kind.name]:
            kind.use(content)  # a whole example is not refused
    outcome = Outcome()
    signal.signal(signal.SIGALRM, _give_up)
    warnings.simplefilter("error")  # a user shouldn't see any
    for index in range(first, last):
        kind = kinds[index % len(kinds)]
        content = damage(examples[kind.name], np.random.default_rng((5, index)))
        begun = time.perf_counter()
        signal.alarm(HANG_S)
        try:
            kind.use(content)
            outcome.counts[kind.name, "used"] += 1
        except DigitwiseError as error:
            outcome.counts[kind.name, "refused"] += 1
            if "\n" in str(error) or len(str(error)) > 500:
                outcome.faults.append(f"{kind.name} {index}: not one line: {str(error)!r:.200}")
        except BaseException as error:
            text = f"{type(error).__name__}: {error!s:.200}"
            outcome.faults.append(f"{kind.name} {index}: {text}")
        signal.alarm(0)
        took = time.perf_counter() - begun
        outcome.longest_s = max(outcome.longest_s, took)
        if took > LIMIT_S:
            outcome.faults.append(f"{kind.name} {index}: {took:.1f} s")
    outcome.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if outcome.megabytes > LIMIT_MB:
        outcome.faults.append(f"{first} to {last}: {outcome.megabytes:.0f} MB")
    return outcome


def _give_up(_signal: int, _frame: object) -> None:
    raise TimeoutError("given up")


def main() -> None:
    names = [kind.name for kind in KINDS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=100_000)
    parser.add_argument("--kind", action="append", choices=names, help="by default, every kind")
    parser.add_argument("--jobs", type=int, default=cores())
    options = parser.parse_args()
    chosen = options.kind or names
    whole = Outcome()
    starts = range(0, options.n, CHUNK)
    ends = [min(start + CHUNK, options.n) for start in starts]
    with make_pool(options.jobs) as pool:
        for outcome in pool.map(use_some, [chosen] * len(starts), starts, ends):
            whole.add(outcome)
            for fault in outcome.faults:
                print(fault, flush=True)
    print(f"{'':24}{'used':>8}{'refused':>9}")
    for name in chosen:
        used, refused = (whole.counts[name, what] for what in ("used", "refused"))
        print(f"{name:24}{used:8,}{refused:9,}")
    print(f"{options.n:,} damaged files and texts: {len(whole.faults)} faults")
    print(
        f"the longest took {whole.longest_s:.2f} s, a process used {whole.megabytes:.0f} MB at most"
    )
    raise SystemExit(bool(whole.faults))


if __name__ == "__main__":
    main()
