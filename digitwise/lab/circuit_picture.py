"""Pictures of circuits: inputs at the left, perceptrons in columns by depth, weights on wires.

A perceptron shows its bias, and above it the name of its output if it has one. A double wire is
two curves.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from digitwise.circuits import Circuit
from digitwise.wording import shortened

Place = tuple[float, float]
MOST_LABELLED = 24  # perceptrons; with more, the weights would overlap
MOST_DRAWN = 60  # perceptrons
MOST_LETTERS = 10  # of a name


def depths(circuit: Circuit) -> dict[str, int]:
    """Return the depth of each input, 0, and gate: the most perceptrons on a path to it."""
    found = dict.fromkeys(circuit.inputs, 0)
    for gate in circuit.gates:
        found[gate.name] = 1 + max((found[source] for source in gate.sources), default=0)
    return found


def places(circuit: Circuit) -> dict[str, Place]:
    """Return the position of each input and gate: columns by depth, rows near the sources."""
    columns: dict[int, list[str]] = {}
    for name, depth in depths(circuit).items():
        columns.setdefault(depth, []).append(name)
    sources = {gate.name: gate.sources for gate in circuit.gates}
    tallest = max(map(len, columns.values()))
    found: dict[str, Place] = {}
    for depth, names in sorted(columns.items()):
        if depth:
            heights = {n: _mean([found[s][1] for s in sources[n]]) for n in names}
            names = sorted(names, key=lambda n: -heights[n])
        gap = tallest / len(names)
        for k, name in enumerate(names):
            # Shifted a little, so that wires that skip a column don't run through perceptrons.
            shift = 0.18 if depth % 2 else -0.18
            found[name] = (2.2 * depth, tallest / 2 - gap * (k + 0.5) + (shift if depth else 0))
    return found


def draw_circuit(circuit: Circuit, axes: Any, names: Mapping[str, str] | None = None) -> None:
    """Draw a circuit into axes.

    Parameters
    ----------
    names : dict of gate -> str, optional
        Names of outputs.
    """
    from digitwise.lab.figures import ACCENT, INK, picture_axes

    picture_axes(axes)
    if len(circuit.gates) > MOST_DRAWN:
        text = f"{len(circuit.gates)} perceptrons: too many to draw"
        axes.text(0.5, 0.5, text, ha="center", transform=axes.transAxes)
        return
    at = places(circuit)
    labelled = len(circuit.gates) <= MOST_LABELLED
    for gate in circuit.gates:
        wires = Counter(gate.sources)
        seen: Counter[str] = Counter()
        for source, weight in zip(gate.sources, gate.weights, strict=True):
            bend = 0.12 * (2 * seen[source] - wires[source] + 1)
            seen[source] += 1
            _wire(axes, at[source], at[gate.name], bend, f"{weight:+g}" if labelled else "")
    for name, (x, y) in at.items():
        is_input = name in circuit.inputs
        box = {
            "boxstyle": "square,pad=0.45" if is_input else "circle,pad=0.35",
            "facecolor": "white",
            "edgecolor": "#7a8b99" if is_input else INK,
            "linewidth": 1.2,
        }
        bias = next((f"{g.bias:+g}" for g in circuit.gates if g.name == name), "")
        axes.text(
            x,
            y,
            shortened(name, MOST_LETTERS) if is_input else bias,
            ha="center",
            va="center",
            bbox=box,
            fontsize=9,
        )
    last = max(x for x, _ in at.values())
    for name in dict.fromkeys(circuit.outputs):
        x, y = at[name]
        axes.text(
            x,
            y + 0.34,
            shortened((names or {}).get(name, name), MOST_LETTERS),
            color=ACCENT,
            fontsize=9,
            ha="center",
            va="bottom",
        )
    heights = [y for _, y in at.values()]
    longest = max((len(shortened(name, MOST_LETTERS)) for name in circuit.inputs), default=0)
    axes.set(
        xlim=(-0.6 - 0.12 * longest, last + 0.9), ylim=(min(heights) - 0.7, max(heights) + 0.9)
    )


def _wire(axes: Any, start: Place, end: Place, bend: float, label: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x0, y0), (x1, y1) = start, end  # the neurons hide the ends
    reach = 0.45 * (x1 - x0)
    points = [(x0, y0), (x0 + reach, y0 + 3 * bend), (x1 - reach, y1 + 3 * bend), (x1, y1)]
    curve = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    axes.add_patch(PathPatch(curve, fill=False, edgecolor="#8a99a5", linewidth=1.1, zorder=0))
    if label:
        t = 0.66  # nearer to the end of the wire, where labels don't overlap
        x, y = (_bezier([p[axis] for p in points], t) for axis in (0, 1))
        axes.text(
            x, y, label, fontsize=7.5, ha="center", va="center", color="#44525c",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=1,
        )  # fmt: skip


def _bezier(p: list[float], t: float) -> float:
    s = 1 - t
    return s**3 * p[0] + 3 * s * s * t * p[1] + 3 * s * t * t * p[2] + t**3 * p[3]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
