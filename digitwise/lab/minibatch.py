"""A mini-batch is a poll of the training digits: Eq. 18 and 19, and how far a poll is off."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.digits import learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.lab.linearisation import slope
from digitwise.lab.poll import prepare
from digitwise.lab.vectors import flat
from digitwise.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "error": "how far estimates are off",
    "cloud": "estimates of ∇C",
}
SHORT: dict[str, object] = {"digits": 500, "repeats": 30}
MNIST = 60_000
MORE = 20  # factor of the number of estimates for m = 1


@dataclass(frozen=True)
class MiniBatch(Result):
    """Estimates of ∇C.

    Attributes
    ----------
    sizes : int array (k,)
        Sizes m of mini-batches.
    errors : float array (k,)
        Mean of ‖estimate - ∇C‖² / ‖∇C‖², with digits drawn with replacement.
    slope : float
        Slope of log error against log m.
    repeats : int
        Number of estimates for each m.
    bias : float
        ‖mean of all estimates - ∇C‖² at m = 10, divided by its expected value without bias.
    from_examples : float
        ‖mean of all ∇C_x - ∇C‖ / ‖∇C‖, with each ∇C_x computed alone.
    clouds : dict of m -> float array (repeats, 2)
        Components of estimates along ∇C and along one direction across it; ∇C is (1, 0).
    downhill : float
        Share of estimates from ten digits that point downhill.
    n : int
        Number of digits.
    cheaper : float
        Duration of ∇C divided by that of an estimate from ten digits.
    """

    sizes: Array
    errors: Array
    slope: float
    repeats: int
    bias: float
    from_examples: float
    clouds: dict[int, Array]
    downhill: float
    n: int
    cheaper: float

    def findings(self) -> list[Finding]:
        """See `Result`."""
        return [
            Finding(
                "C is the mean of C_x, and ∇C the mean of ∇C_x",
                f"the mean of single gradients is off by {self.from_examples:.1g}",
                self.from_examples < 1e-10,
            ),
            Finding(
                "The mean over a mini-batch estimates ∇C (Eq. 18 and 19), without bias",
                f"the mean of {self.repeats} estimates is {self.bias:.2f} times as far off as "
                "chance leaves it",
                0.3 < self.bias < 3,
            ),
            Finding(
                "Its error goes with 1/m, for digits drawn with replacement",
                f"slope {self.slope:.3f} for m from {self.sizes[0]} to {self.sizes[-1]}",
                abs(self.slope + 1) <= 0.05,
            ),
            Finding(
                "A poll needn't be perfect: it is enough to move in a direction that helps",
                f"{100 * self.downhill:.0f}% of mini-batches of ten point downhill",
                self.downhill > 0.75,
            ),
            Finding(
                f"A step of ten digits instead of all is much cheaper: of 60,000, {MNIST // 10:,} "
                "times",
                f"{self.n / 10:,.0f} times fewer digits, and {self.cheaper:,.0f} times less time, "
                f"than all {self.n:,}",
                self.cheaper > 0.02 * self.n / 10,
            ),
        ]


def run(
    digits: Annotated[int, Knob("n", 100, 60_000)] = 5000,
    repeats: Annotated[int, Knob("estimates for each m", 5, 10_000)] = 100,
    epochs: Annotated[int, Knob("of training before", 0, 100)] = 1,
    seed: Annotated[int, Knob("of network and mini-batches", 0)] = 0,
) -> MiniBatch:
    """Compute ∇C of all digits, then of mini-batches of 1 to 500."""
    poll = prepare(learning_digits(digits)[0], epochs, seed)
    network, x, y, whole = poll.network, poll.x, poll.y, poll.whole
    rng = np.random.default_rng((seed, 1))
    sizes = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500])
    errors, clouds, downhill, bias = [], {}, 0.0, 0.0
    for m in sizes:
        # Small mini-batches scatter more, so they get more estimates, in several parts.
        off = []
        for _ in range(max(1, int(MORE // m))):
            found = poll.ask(m, repeats, rng)
            off.append(poll.errors(found).mean())
        errors.append(np.mean(off))
        if m in (1, 10, 100):
            clouds[int(m)] = poll.arrows(found)
        if m == 10:
            downhill = float((found @ whole > 0).mean())
            of_mean = poll.errors(found.mean(axis=0, keepdims=True))[0]
            bias = float(of_mean / (off[-1] / repeats))
    few = min(200, len(y))
    each = [network.gradient(x[k : k + 1], y[k : k + 1]) for k in range(few)]
    singles = np.mean([flat(gradient) for gradient in each], axis=0)
    of_few = flat(network.gradient(x[:few], y[:few]))
    return MiniBatch(
        sizes,
        np.array(errors),
        slope(sizes, np.array(errors)),
        repeats,
        bias,
        float(np.linalg.norm(singles - of_few) / np.linalg.norm(of_few)),
        clouds,
        downhill,
        len(y),
        _seconds(network, x, y, 3) / _seconds(network, x[:10], y[:10], 30),
    )


def _seconds(network: Network, x: Array, y: Array, times: int) -> float:
    """Return the least duration of a gradient, in seconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        network.gradient(x, y)
        found.append(time.perf_counter() - started)
    return min(found)


def draw(result: MiniBatch) -> "dict[str, Figure]":
    """Draw the error against m, and clouds of estimates."""
    from digitwise.lab.figures import ACCENT, INK, MIDDLE, PALE, new_figure

    error, axes = new_figure(7, 3.6)
    axes.loglog(result.sizes, result.errors, "o", color=INK, label="measured")
    line = np.exp(np.log(result.errors * result.sizes).mean()) / result.sizes
    axes.loglog(result.sizes, line, "--", color=ACCENT, lw=1.2, label="slope -1")
    axes.set(xlabel="m, digits of a mini-batch", ylabel="‖estimate - ∇C‖² / ‖∇C‖²")
    axes.set_title(f"slope {result.slope:.3f}")
    axes.legend()

    cloud, axes = new_figure(7, 4)
    looks = zip(result.clouds.items(), (PALE, MIDDLE, INK), ("o", "^", "s"), strict=True)
    for (m, points), colour, mark in looks:
        axes.plot(*points.T, mark, color=colour, ms=4, mec="white", mew=0.3, label=f"m = {m}")
    axes.annotate(
        "", (1, 0), (0, 0), zorder=5, arrowprops={"arrowstyle": "-|>", "color": ACCENT, "lw": 2.5}
    )
    axes.plot([], [], color=ACCENT, label="∇C")
    axes.axvline(0, color="#44525c", lw=0.8)
    # The few outliers would leave no room for the other estimates.
    x, y = np.abs(result.clouds[1]).T
    reach, height = np.quantile(x, 0.95), np.quantile(y, 0.95)
    axes.set(xlim=(-reach, 1.5 * reach), ylim=(-height, height))
    axes.set(xlabel="along ∇C, in its lengths", ylabel="across, the widest way")
    axes.set_title("a step against any estimate right of 0 goes downhill")
    axes.legend()
    return {"error": error, "cloud": cloud}
