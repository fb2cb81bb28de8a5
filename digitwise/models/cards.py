"""Cards of the shipped networks: facts that their files don't hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """Card of one shipped network.

    Attributes
    ----------
    commit : str
        Commit of this project at which it was trained.
    cores : int
        Number of cores of its training: the last bits of sums, and so of weights, depend on it.
    limits : str
        Known weaknesses.
    """

    commit: str
    cores: int
    limits: str


CARDS = {
    "reader": Card(
        commit=(
            "24e7ef3 to 375e81d, and 5b0da39 for the second network; start.safetensors is the "
            "network that was shipped at ea7cf41, and docs/learning.md has the runs that followed"
        ),
        cores=2,
        limits=(
            "digits upright within 20 degrees; probabilities hold within a point for hands like "
            "those of the sets that it learnt from, and thresholds of numbers for drawn numbers; "
            "a slash that looks like the number's ones may be read as a 1, ruler-straight ones on "
            "their own as printed lines; the right half of a 2, 3 or 7, on its own, may pass for a "
            "whole digit"
        ),
    ),
}
