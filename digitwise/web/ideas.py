"""`/api/ideas`: data of the Ideas room, computed by the heart and the lab."""

from functools import lru_cache
from threading import BoundedSemaphore, Lock
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query

from digitwise.circuits import Circuit, adder, half_adder
from digitwise.data.sources import resolve
from digitwise.descent import descend
from digitwise.engines.threads import one_blas_thread
from digitwise.errors import DigitwiseError
from digitwise.expressions import compile_expression
from digitwise.lab.circuit_picture import MOST_DRAWN, depths, places
from digitwise.lab.digits import learning_digits
from digitwise.lab.drawn_surface import DABS, drawn_surface
from digitwise.lab.experiment import plain
from digitwise.lab.poll import Poll, prepare
from digitwise.lab.surfaces import SURFACES, Surface
from digitwise.neurons import Perceptron, SigmoidNeuron, sigmoid
from digitwise.web.ideas_models import (
    Cloud,
    Deciding,
    Landscape,
    Neuron,
    Refused,
    Rolling,
    Row,
    Table,
    Wired,
)

router = APIRouter(prefix="/api/ideas")

GRID = 61  # points along each side of a landscape
PLANE = np.linspace(-0.5, 1.5, 41)  # values of each of a perceptron's two inputs
ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
# Boolean functions by their outputs for 00, 01, 10, 11.
FUNCTIONS = {
    "0000": "never fires", "0001": "AND", "0010": "x₁ and not x₂", "0011": "x₁",
    "0100": "x₂ and not x₁", "0101": "x₂", "0111": "OR", "1000": "NOR", "1010": "not x₂",
    "1011": "x₁ or not x₂", "1100": "not x₁", "1101": "x₂ or not x₁", "1110": "NAND",
    "1111": "always fires",
}  # fmt: skip
MAX_TABLE_ROWS = 64  # of a truth table on the page
DIGITS_POLLED = 2000
POLLS = 60  # estimates of ∇C, drawn as arrows
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # of mini-batches
_waiting = BoundedSemaphore(8)  # requests for polls at a time
_asking = Lock()  # one poll at a time, because each takes megabytes

DRAWN = "drawn"
SurfaceName = Literal["bowl", "valley", "wells", "saddle", "banana", "drawn"]
Dabs = Annotated[
    str, Query(pattern=DABS, description="Of the drawn surface: v₁.v₂.strength of each")
]
Seed = Annotated[int, Query(ge=0, le=2**31)]
Weight = Annotated[float, Query(ge=-100, le=100)]


@router.get("/surface")
def surface(name: Annotated[SurfaceName, Query()] = "valley", dabs: Dabs = "") -> Landscape:
    """Return the map of a surface."""
    return landscape(name, dabs if name == DRAWN else "")


@lru_cache(maxsize=32)
def landscape(name: str, dabs: str = "") -> Landscape:
    """Return the map of a surface."""
    place = _place(name, dabs)
    v1, v2, heights = place.heights(GRID)
    return Landscape(
        formula=place.formula,
        window=list(place.window),
        v1=v1[0].tolist(),
        v2=v2[:, 0].tolist(),
        heights=heights.tolist(),
        minima=place.minima.tolist(),
        lowest=min(place.cost(v) for v in place.minima),
        start=place.start.tolist(),
        rate=place.rate,
        too_large=place.too_large,
    )


@lru_cache(maxsize=32)
def _place(name: str, dabs: str) -> Surface:
    return drawn_surface(dabs) if name == DRAWN else SURFACES[name]


@router.get("/ball")
def ball(
    surface: Annotated[SurfaceName, Query()] = "valley",
    learning_rate: Annotated[float, Query(ge=1e-6, le=1e3)] = 0.05,
    momentum: Annotated[float, Query(ge=0, le=0.999)] = 0.0,
    v1: Annotated[float, Query(ge=-5, le=5)] = -2.0,
    v2: Annotated[float, Query(ge=-5, le=5)] = 0.8,
    steps: Annotated[int, Query(ge=1, le=1000)] = 200,
    dabs: Dabs = "",
) -> Rolling:
    """Drop a ball: gradient descent from (v1, v2), Eq. 11."""
    place = _place(surface, dabs if surface == DRAWN else "")
    found = descend(
        place.cost, place.gradient, [v1, v2], learning_rate, steps, 1e-6, momentum=momentum
    )
    with np.errstate(over="ignore"):
        squares = [float(np.square(place.gradient(v)).sum()) for v in found.path]
    return Rolling.model_validate(
        {
            "path": found.path.tolist(),
            "costs": found.costs.tolist(),
            "squares": plain(squares),
            "stopped": found.stopped,
        }
    )


@router.get("/perceptron")
def perceptron(w1: Weight = -2.0, w2: Weight = -2.0, bias: Weight = 3.0) -> Deciding:
    """Weigh two inputs: a perceptron (Eq. 2) and a sigmoid neuron (Eq. 3) on all of them."""
    weights = np.array([w1, w2])
    fires, smooth = Perceptron(weights, bias)(ROWS), SigmoidNeuron(weights, bias)(ROWS)
    rows = zip(ROWS, ROWS @ weights + bias, fires, smooth, strict=True)
    z = w1 * PLANE + (w2 * PLANE + bias)[:, None]
    return Deciding(
        function=FUNCTIONS["".join(map(str, fires))],
        rows=[Row(x=x.tolist(), z=z, fires=fires, smooth=smooth) for x, z, fires, smooth in rows],
        axis=PLANE.tolist(),
        z=z.tolist(),
        smooth=sigmoid(z).tolist(),
    )


@router.get("/circuit")
def circuit(
    kind: Literal["half-adder", "adder", "expression"] = "half-adder",
    expression: Annotated[str, Query(max_length=200)] = "(a xor b) and not c",
    bits: Annotated[str, Query(pattern="^[01]{0,10}$", description="Inputs, in order")] = "",
    gain: Annotated[
        float | None,
        Query(ge=0.01, le=500, description="c of sigmoid neurons; without it, perceptrons"),
    ] = None,
) -> Wired | Refused:
    """Send signals through a circuit of NAND perceptrons."""
    try:
        wired = _circuit(kind, expression)
    except DigitwiseError as error:
        return Refused(refused=str(error))
    x = [int(bit) for bit in bits.ljust(len(wired.inputs), "0")[: len(wired.inputs)]]
    signals, depth, place = wired.signals(x, gain), depths(wired), places(wired)
    neurons = {
        name: Neuron(name=name, place=list(place[name]), depth=depth[name], signal=float(signal))
        for name, signal in signals.items()
    }
    for gate in wired.gates:
        neuron = neurons[gate.name]
        neuron.sources, neuron.weights = list(gate.sources), list(gate.weights)
        neuron.bias = gate.bias
    return Wired(
        neurons=list(neurons.values()),
        inputs=list(wired.inputs),
        outputs=list(wired.outputs),
        perceptrons=len(wired.gates),
        table=_table(wired, gain or 1.0),
        drawable=len(wired.gates) <= MOST_DRAWN,
    )


def _circuit(kind: str, expression: str) -> Circuit:
    if kind == "expression":
        return compile_expression(expression)
    return half_adder() if kind == "half-adder" else adder(2)


def _table(wired: Circuit, gain: float) -> Table | None:
    if 2 ** len(wired.inputs) > MAX_TABLE_ROWS:
        return None
    rows, outputs = wired.truth_table()
    smooth = wired.sigmoid(rows, gain)
    return Table(inputs=rows.tolist(), outputs=outputs.tolist(), smooth=smooth.tolist())


@router.get("/minibatch", responses={503: {"description": "Too busy: ask again in a second"}})
def minibatch(m: Annotated[int, Query(ge=1, le=500)] = 10, seed: Seed = 0) -> Cloud:
    """Estimate ∇C from several mini-batches of m digits: Eq. 18 and 19."""
    if not _waiting.acquire(blocking=False):
        raise HTTPException(503, "too many polls at once: try again", {"Retry-After": "1"})
    try:
        with _asking:
            return cloud(m, seed)
    finally:
        _waiting.release()


@lru_cache(maxsize=200)
def cloud(m: int, seed: int) -> Cloud:
    """Return estimates of ∇C from mini-batches of m digits.

    On a busy machine, threads of BLAS would wait for one another: 40 s instead of 2.
    """
    with one_blas_thread():
        poll, errors = _prepared()
        found = poll.ask(m, POLLS, np.random.default_rng((seed, m)))
    return Cloud(
        data=resolve("auto"),
        n=len(poll.y),
        arrows=np.round(poll.arrows(found), 4).tolist(),
        downhill=float((found @ poll.whole > 0).mean()),
        error=float(poll.errors(found).mean()),
        sizes=list(SIZES),
        errors=errors,
    )


@lru_cache(maxsize=1)
def _prepared() -> tuple[Poll, list[float]]:
    """Train the polled network, once; return it with the mean error of polls of each size."""
    poll = prepare(learning_digits(DIGITS_POLLED)[0], epochs=1, seed=0)
    rng = np.random.default_rng(1)
    errors = [poll.errors(poll.ask(m, max(20, 400 // m), rng)).mean() for m in SIZES]
    return poll, [float(error) for error in errors]
