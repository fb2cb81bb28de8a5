"""Types of the answers of `/api/ideas`."""

from typing import Literal

from pydantic import BaseModel, Field


class Landscape(BaseModel):
    """A cost of two variables, as a map."""

    formula: str
    window: list[float] = Field(description="v₁ from, to; v₂ from, to")
    v1: list[float]
    v2: list[float]
    heights: list[list[float]] = Field(description="C: a row for each v₂")
    minima: list[list[float]]
    lowest: float = Field(description="C at the lowest minimum")
    start: list[float]
    rate: float = Field(description="A learning rate with which a ball rolls down")
    too_large: float = Field(description="A learning rate with which it flies out")


class Rolling(BaseModel):
    """The path of a ball, and C along it."""

    path: list[list[float]]
    costs: list[float]
    squares: list[float | None] = Field(description="‖∇C‖² at each point")
    stopped: Literal["gradient", "steps", "diverged"]


class Row(BaseModel):
    """Outputs of a perceptron and of a sigmoid neuron for two inputs."""

    x: list[int]
    z: float
    fires: int
    smooth: float


class Deciding(BaseModel):
    """A perceptron of two inputs."""

    function: str
    rows: list[Row]
    axis: list[float]
    z: list[list[float]] = Field(description="w·x + b: a row for each x₂ of the axis")
    smooth: list[list[float]] = Field(description="σ(w·x + b)")


class Neuron(BaseModel):
    """An input or a gate of a circuit."""

    name: str
    place: list[float]
    depth: int
    signal: float
    sources: list[str] = []
    weights: list[float] = []
    bias: float | None = None


class Table(BaseModel):
    """Outputs of a circuit for every input."""

    inputs: list[list[int]]
    outputs: list[list[int]]
    smooth: list[list[float]] = Field(description="Outputs of sigmoid neurons")


class Wired(BaseModel):
    """A circuit of NAND perceptrons with signals in it."""

    neurons: list[Neuron]
    inputs: list[str]
    outputs: list[str]
    perceptrons: int
    table: Table | None
    drawable: bool


class Refused(BaseModel):
    """Reason why nothing is shown, for example an unfinished expression."""

    refused: str


class Cloud(BaseModel):
    """Estimates of ∇C from mini-batches: components along ∇C and across it, in lengths of ∇C."""

    data: str
    n: int
    arrows: list[list[float]]
    downhill: float
    error: float = Field(description="Mean of ‖estimate - ∇C‖² / ‖∇C‖²")
    sizes: list[int]
    errors: list[float] = Field(description="The error for each of `sizes`")
