"""Learn how many digits the numbers of corrections have.

Postal codes have five digits, amounts three to six. Where touching digits can be cut in several
ways, the number of digits that such numbers have decides better than their shapes can.
"""

from collections import Counter
from collections.abc import Iterable
from math import log

USUAL = range(1, 11)  # numbers of digits that are held for equally frequent without corrections
PRIOR = 3.0  # numbers of usual lengths, counted beside the corrected ones (Laplace's rule)


def learn_lengths(texts: Iterable[str]) -> tuple[float, ...]:
    """Return the score of each number of digits: see `Weighing.lengths`.

    It is the log of the number's frequency, by Laplace's rule of succession, over its frequency if
    all of `USUAL` were equally frequent.
    """
    counts = Counter(sum(char.isdigit() for char in text) for text in texts)
    usual = 1 / len(USUAL)
    total = counts.total() + PRIOR
    longest = max(counts, default=0)
    found = [(counts[n] + PRIOR * usual) / total / usual for n in range(1, longest + 2)]
    # No correction tells how often ink is no number at all.
    return (0.0, *(round(log(factor), 4) for factor in found))
