"""The lattice: all ways to split a number into digits, as paths, with sums and best paths.

Nodes are the places where a digit may end: 0 before the first fragment of ink, n after the last.
An arc from one node to a later one takes the fragments between for one digit, or skips them. A
path's score is the sum of its arcs' scores. Its probability is e to its score, divided by the sum
over all paths (Denker & Burges 1995; LeCun et al. 1998, section VIII).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

SKIP = 10  # column of the score for "no digit"
MOST_STEPS = 20_000  # heap entries in the search for the best texts
HOPELESS_NATS = 9.0  # nats below the best digit of an arc, or the best path: none is tried

Entry = tuple[float, int, float, int, str, tuple[tuple[int, str], ...]]
"""Heap entry of A*: (−bound, tie-breaker, score, node, text, path of (arc, digit))."""

Allowed = npt.NDArray[np.bool_]
"""Shape (most digits, 10): which digits may stand at which position."""


@dataclass(frozen=True)
class Lattice:
    """Arcs between the nodes 0 to n.

    Attributes
    ----------
    n : int
        The last node.
    starts, ends : int arrays of shape (arcs,)
        Nodes, sorted by start; an arc leads to a later node.
    scores : float64 array of shape (arcs, 11)
        Score of each digit, and of skipping; -inf for the impossible.
    lengths : tuple of float
        Score of a path's number of digits: of 0, 1, 2, ... digits; the last one holds for more
        digits, too. Empty where all numbers of digits are alike.
    """

    n: int
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    scores: Floats
    lengths: tuple[float, ...] = ()

    def forward(self, allowed: Allowed) -> Floats:
        """Return the log sum of all paths from the start to each node, by number of digits.

        The scores of lengths are left out.

        Returns
        -------
        array of shape (n + 1, most digits + 1)
        """
        sums = np.full((self.n + 1, len(allowed) + 1), -np.inf)
        sums[0, 0] = 0.0
        emitted = self._emitted(allowed)
        for arc, start, end, skip in self._steps:
            before, after = sums[start], sums[end]
            np.logaddexp(after[1:], before[:-1] + emitted[arc], out=after[1:])
            if skip > -np.inf:
                np.logaddexp(after, before + skip, out=after)
        return sums

    def backward(self, allowed: Allowed, least: int) -> Floats:
        """Return the same for all paths from each node to the end, by number of digits before it.

        Paths have `least` digits or more in all.
        """
        sums = np.full((self.n + 1, len(allowed) + 1), -np.inf)
        sums[self.n, least:] = self._of_lengths(len(allowed))[least:]
        emitted = self._emitted(allowed)
        for arc, start, end, skip in reversed(self._steps):
            before, after = sums[start], sums[end]
            np.logaddexp(before[:-1], after[1:] + emitted[arc], out=before[:-1])
            if skip > -np.inf:
                np.logaddexp(before, after + skip, out=before)
        return sums

    def posterior(self, allowed: Allowed, least: int = 0) -> tuple[Floats, float]:
        """Return each arc's probability to be on the path, and the log sum of all paths.

        Returns
        -------
        posterior : array of shape (arcs, 11)
            As each digit, and skipped; zeros if there is no path.
        total : float
            -inf if there is no path.
        """
        ahead, behind = self.forward(allowed), self.backward(allowed, least)
        total = float(behind[0, 0])
        found = np.zeros_like(self.scores)
        if total == -np.inf:
            return found, total
        before, after = ahead[self.starts], behind[self.ends]
        places = before[:, :-1] + after[:, 1:]  # arcs, positions
        for at, digits in _distinct_rows(allowed.T):
            if at.any():
                sums = np.logaddexp.reduce(places[:, at], axis=1)
                found[:, digits] = np.exp(sums[:, None] + self.scores[:, digits] - total)
        sums = np.logaddexp.reduce(before + after, axis=1)
        found[:, SKIP] = np.exp(sums + self.scores[:, SKIP] - total)
        return found, total

    def total(self, allowed: Allowed, least: int = 0) -> float:
        """Return the log sum of all paths with `least` digits or more."""
        sums = self.forward(allowed)[self.n] + self._of_lengths(len(allowed))
        return float(np.logaddexp.reduce(sums[least:]))

    def of_texts(self, texts: Sequence[str]) -> Floats:
        """Return the log sum of all paths that spell each text, shape (texts,)."""
        longest = max(map(len, texts), default=0)
        # The digit of a text at each place; -1 behind its end.
        says = np.full((len(texts), longest), -1)
        for row, text in zip(says, texts, strict=True):
            row[: len(text)] = [int(char) for char in text]
        padded = np.column_stack([self.scores[:, :SKIP], np.full(len(self.ends), -np.inf)])
        sums = np.full((self.n + 1, len(texts), longest + 1), -np.inf)
        sums[0, :, 0] = 0.0
        for arc, start, end, skip in self._steps:
            before, after = sums[start], sums[end]
            emitted = padded[arc][says]  # (texts, places); all arcs at once would take much memory
            np.logaddexp(after[:, 1:], before[:, :-1] + emitted, out=after[:, 1:])
            if skip > -np.inf:
                np.logaddexp(after, before + skip, out=after)
        of_lengths = self._of_lengths(longest)
        counts = list(map(len, texts))
        return np.asarray(sums[self.n, range(len(texts)), counts] + of_lengths[counts])

    def best(
        self, allowed: Allowed, least: int, most: int
    ) -> list[tuple[str, list[tuple[int, str]]]]:
        """Find the texts of the best paths, each with its best path of (arc, digit).

        A* search from the start: the score of the best path from each node to the end is its
        bound, so that paths come out best first.

        Parameters
        ----------
        allowed : bool array of shape (most digits, 10)
        least : int
            Least number of digits.
        most : int
            Greatest number of texts; hopeless ones are left out.
        """
        ahead = self._best_to_end(allowed, least).tolist()
        hopeless = ahead[0][0] - HOPELESS_NATS
        leaving: list[list[tuple[int, int]]] = [[] for _ in range(self.n + 1)]
        for arc, start, end, _ in self._steps:
            leaving[start].append((arc, end))
        choices = self._choices(allowed)
        found: dict[str, list[tuple[int, str]]] = {}
        heap: list[Entry] = [(-ahead[0][0], 0, 0.0, 0, "", ())]
        steps = 0
        while heap and len(found) < most and steps < MOST_STEPS:
            _, _, score, node, text, path = heapq.heappop(heap)
            if node == self.n:
                found.setdefault(text, list(path))
                continue
            for arc, end in leaving[node]:
                for char, gain in choices[len(text)][arc]:
                    after = text + char
                    hope = score + gain + ahead[end][len(after)]
                    if hope > hopeless:
                        steps += 1
                        longer = (*path, (arc, char)) if char else path
                        heapq.heappush(heap, (-hope, steps, score + gain, end, after, longer))
        return list(found.items())

    def _of_lengths(self, most: int) -> Floats:
        """Return the scores of 0 to `most` digits."""
        if not self.lengths:
            return np.zeros(most + 1)
        counts = np.minimum(np.arange(most + 1), len(self.lengths) - 1)
        return np.array(self.lengths)[counts]

    def _choices(self, allowed: Allowed) -> list[list[list[tuple[str, float]]]]:
        """Return the choices (char, score) of each arc at each position, and behind the last."""
        skips = [[("", skip)] if skip > -np.inf else [] for *_, skip in self._steps]
        choices = [skips] * (len(allowed) + 1)
        for fitting, positions in self._fitting(allowed):
            best = fitting.max(axis=1, keepdims=True)
            of_kind = [arc.copy() for arc in skips]
            likely = (fitting > best - HOPELESS_NATS).nonzero()
            scores = fitting[likely].tolist()
            for arc, digit, score in zip(*(k.tolist() for k in likely), scores, strict=True):
                of_kind[arc].append((str(digit), score))
            for position in positions:
                choices[position] = of_kind
        return choices

    @cached_property
    def _steps(self) -> list[tuple[int, int, int, float]]:
        """(arc, start, end, score of skipping) in order."""
        skips = self.scores[:, SKIP].tolist()
        arcs = range(len(skips))
        return list(zip(arcs, self.starts.tolist(), self.ends.tolist(), skips, strict=True))

    def _fitting(self, allowed: Allowed) -> list[tuple[Floats, list[int]]]:
        """Return the scores of allowed digits, -inf for others, with their positions."""
        return [
            (np.where(kind, self.scores[:, :SKIP], -np.inf), positions)
            for kind, positions in _distinct_rows(allowed)
        ]

    def _emitted(self, allowed: Allowed) -> Floats:
        """Return the log sum of the allowed digits, shape (arcs, positions)."""
        emitted = np.zeros((len(self.ends), len(allowed)))
        for fitting, positions in self._fitting(allowed):
            emitted[:, positions] = np.logaddexp.reduce(fitting, axis=1)[:, None]
        return emitted

    def _best_to_end(self, allowed: Allowed, least: int) -> Floats:
        """Return the score of the best path from each node to the end, by number of digits before.

        The shape is (n + 1, most digits + 1).
        """
        best_from = np.full((self.n + 1, len(allowed) + 1), -np.inf)
        best_from[self.n, least:] = self._of_lengths(len(allowed))[least:]
        best = np.zeros((len(self.ends), len(allowed)))
        for fitting, positions in self._fitting(allowed):
            best[:, positions] = fitting.max(axis=1, keepdims=True)
        for arc, start, end, skip in reversed(self._steps):
            before, after = best_from[start], best_from[end]
            np.maximum(before[:-1], after[1:] + best[arc], out=before[:-1])
            np.maximum(before, after + skip, out=before)
        return best_from


def _distinct_rows(rows: Allowed) -> list[tuple[npt.NDArray[np.bool_], list[int]]]:
    """Return the distinct rows, each with its places: mostly all rows are equal."""
    if (rows == rows[:1]).all():
        return [(rows[0], list(range(len(rows))))] if len(rows) else []
    places: dict[bytes, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.tobytes(), []).append(place)
    return [(rows[of_kind[0]], of_kind) for of_kind in places.values()]
