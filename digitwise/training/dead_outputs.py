"""Warning of dead outputs, which never fire; a start from N(0, 1) can cause them."""

import numpy as np

from digitwise.network import Network
from digitwise.training.evaluation import Evaluation
from digitwise.training.history import History

MIN_EPOCHS = 3  # before this, an output that doesn't fire yet is no reason for a warning


def warn_of_dead_outputs(history: History, network: Network, measured: Evaluation) -> None:
    """Add one warning to the history if an output fires for none of its own digits."""
    if history.warnings or len(history.epochs) < MIN_EPOCHS:
        return
    dead = np.flatnonzero(measured.peaks < 0.5)
    if dead.size == 0:
        return
    many = dead.size > 1
    names = ", ".join(map(str, dead))
    peaks = ", ".join(f"{measured.peaks[digit]:.2f}" for digit in dead)
    if network.init == "gaussian" and dead.size <= 2:
        advice = "a start from N(0, 1) can do that: try another seed, or the scaled start (init)"
    else:
        advice = "try more epochs, more hidden neurons, another learning rate or another seed"
    history.warnings.append(
        f"output{'s' if many else ''} {names} never fire{'' if many else 's'}: the largest "
        f"value{'s' if many else ''} for {'their' if many else 'its'} own digits "
        f"{'are' if many else 'is'} {peaks}; {advice}"
    )
