"""What is to be known of a shipped network beyond what its file says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """Of one shipped network.

    Attributes
    ----------
    commit : str
        Of this project, that it was trained at.
    cores : int
        That it was trained on: sums, and so the last bits of weights, depend on their number.
    limits : str
        What it is not good at.
    """

    commit: str
    cores: int
    limits: str


CARDS = {
    "reader": Card(
        commit=(
            "24e7ef3 to 375e81d; start.safetensors is the network that was shipped at ea7cf41, "
            "and docs/learning.md has the runs that followed"
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
