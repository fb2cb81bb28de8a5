"""Probabilities of strings, from those of their digits."""

import heapq

import numpy as np

from digitwise.neurons import Floats


def best_strings(probabilities: Floats, most: int) -> list[tuple[str, float]]:
    """Return the most probable strings and their probabilities, the best first.

    Parameters
    ----------
    probabilities : array of shape (n_digits, 10)
    most : int
        How many at most.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)

    def probability(ranks: tuple[int, ...]) -> float:
        return float(np.prod(ranked[np.arange(len(ranks)), list(ranks)]))

    # Best first: a string's successors change one digit to its next likelier alternative.
    start = (0,) * len(probabilities)
    heap, seen = [(-probability(start), start)], {start}
    found: list[tuple[str, float]] = []
    while heap and len(found) < most:
        negative, ranks = heapq.heappop(heap)
        found.append(("".join(str(order[i, r]) for i, r in enumerate(ranks)), -negative))
        for i, rank in enumerate(ranks):
            after = (*ranks[:i], rank + 1, *ranks[i + 1 :])
            if rank + 1 < 10 and after not in seen:
                seen.add(after)
                heapq.heappush(heap, (-probability(after), after))
    return found
