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
            "329d402, of networks trained at: digits.safetensors 8a62011 (--preset reader --epochs "
            "300 --numbers 0 --non-digits 0.4); pieces-1, -2 and -3 753ec8a (--preset reader "
            "--start-from digits.safetensors --epochs 80 --learning-rate 0.04 --seed 1, 2 and 3)"
        ),
        cores=2,
        limits=(
            "digits upright within 20 degrees; trained on MNIST's writers from the United "
            "States and on drawn forms of 1, 4, 7 and 9 from elsewhere; probabilities and "
            "thresholds were found on MNIST's digits and are too sure for material unlike them; "
            "a 1 with a long flag may pass for a 7; the right half of a 2, 3 or 7, on its own, for "
            "a whole one"
        ),
    ),
}
