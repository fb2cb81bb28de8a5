"""Export to ONNX: a network as a graph for ONNX Runtime and similar programs.

Needs the package `onnx`, of the extra `[onnx]`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from digitwise import __version__
from digitwise.errors import ModelError
from digitwise.extras import need
from digitwise.layers import is_shared, shared_count
from digitwise.models.calibration import Calibration
from digitwise.models.channels import channels_first
from digitwise.models.files import Model
from digitwise.network import Network

# Versions of 2022, so that older programs can run the graph.
OPSET, IR_VERSION = 17, 8
PRODUCER = "digitwise"
OPERATORS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}
INPUT = (
    "images: float32 (n, 784), 0 paper to 1 ink; 28x28 pixels row by row, framed as MNIST's: the "
    "digit's box scaled to 20x20, aspect kept, its centre of mass at the centre"
)


def contents(model: Model, name: str, facts: dict[str, Any]) -> bytes:  # noqa: ARG001
    """Return a graph: `images` → `outputs`, and `probabilities` if the network is calibrated.

    `images` and outputs are float32 for any number n of examples. `outputs` (n, n_out) are the
    sigmoid outputs. `probabilities` (n, 10) are those of the ten digits; see `digit_probabilities`.
    A float64 network computes in float64, unless it has shared weights: ONNX Runtime has `Conv`
    only in float32. The metadata holds the known facts about the network, as JSON.

    Raises
    ------
    ModelError
        If a weight or bias isn't finite.
    """
    onnx = _library()
    network = model.network
    parameters = [*network.weights, *network.biases]
    if not all(np.isfinite(parameter).all() for parameter in parameters):
        raise ModelError("this network has parameters that are not finite: it is not exported")
    graph = _Graph(onnx, np.dtype(np.float32) if shared_count(network.layers) else network.dtype)
    z = _add_layers(graph, network)
    graph.output("outputs", "Sigmoid", z)
    widths = {"outputs": network.sizes[-1]}
    if model.calibration and network.sizes[-1] == 10:
        _add_probabilities(graph, z, model.calibration)
        widths["probabilities"] = 10
    made = graph.finish(network.sizes[0], widths)
    known = {key: value for key, value in facts.items() if value is not None}
    if model.calibration:
        known |= {"temperature": model.calibration.temperature, "bias": model.calibration.bias}
    props = {"input": INPUT}
    for key, value in known.items():
        text = value if isinstance(value, str) else json.dumps(value)
        props[key] = text.encode(errors="replace").decode()  # a model file may hold any text
    onnx.helper.set_model_props(made, props)
    onnx.checker.check_model(made, full_check=True)
    return bytes(made.SerializeToString(deterministic=True))


def _add_layers(graph: "_Graph", network: Network) -> str:
    """Add all layers of a network, after `images`; return the name of the weighted outputs."""
    a = graph.add("Cast", "images", to=graph.type) if graph.wide else "images"
    weights = channels_first(network)
    z = ""
    for number, layer in enumerate(network.layers):
        if number > 0:
            a = graph.add(OPERATORS[network.activation], z)
        w = graph.constant(f"weights.{number}", weights[number])
        b = graph.constant(f"biases.{number}", network.biases[number])
        if is_shared(layer):
            height, width, channels = layer.picture
            if number == 0:
                shape = graph.constant("picture", [0, channels, height, width], np.int64)
                a = graph.add("Reshape", a, shape)  # a 0 keeps the number of examples
            z = graph.add("Conv", a, w, b, pads=[layer.patch // 2] * 4)
            if layer.pool > 1:
                square = [layer.pool] * 2
                z = graph.add("MaxPool", z, kernel_shape=square, strides=square)
        else:
            after = number > 0 and is_shared(network.layers[number - 1])
            a = graph.add("Flatten", a) if after else a
            z = graph.add("Gemm", a, w, b, transB=1)  # a·wᵀ + b
    return z


def is_export(path: Path) -> bool:
    """Tell whether a file is a graph that was exported."""
    from google.protobuf.message import DecodeError

    try:
        made = _library().ModelProto.FromString(path.read_bytes())
        return bool(made.producer_name == PRODUCER)
    except (DecodeError, OSError):
        return False


class _Graph:
    """Builds a graph node by node; each node's result gets a unique name."""

    def __init__(self, onnx: Any, dtype: np.dtype[Any]) -> None:
        self.onnx, self.dtype = onnx, dtype
        self.type = onnx.helper.np_dtype_to_tensor_dtype(dtype)
        self.wide = dtype != np.float32
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"{operator.lower()}.{len(self.nodes)}"
        node = self.onnx.helper.make_node(operator, inputs, [output], name=output, **attributes)
        self.nodes.append(node)
        return output

    def output(self, name: str, operator: str, *inputs: str) -> None:
        """Add a node whose result, in float32, is an output of the graph."""
        if self.wide:
            result = self.add(operator, *inputs)
            self.add("Cast", result, output=name, to=self.onnx.TensorProto.FLOAT)
        else:
            self.add(operator, *inputs, output=name)

    def constant(self, name: str, value: Any, dtype: Any = None) -> str:
        value = np.ascontiguousarray(value, dtype or self.dtype)
        self.constants.append(self.onnx.numpy_helper.from_array(value, name))
        return name

    def finish(self, n_in: int, widths: dict[str, int]) -> Any:
        helper, kind = self.onnx.helper, self.onnx.TensorProto.FLOAT
        images = helper.make_tensor_value_info("images", kind, ["n", n_in])
        outputs = [helper.make_tensor_value_info(o, kind, ["n", n]) for o, n in widths.items()]
        graph = helper.make_graph(self.nodes, "network", [images], outputs, self.constants)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name=PRODUCER,
            producer_version=__version__,
        )


def _add_probabilities(graph: _Graph, z: str, calibration: Calibration) -> None:
    """Add the steps of `digit_probabilities`: z (n, 10) → p (n, 10)."""
    zero = graph.constant("zero", 0.0)
    last = graph.constant("last axis", [-1], np.int64)
    digits = graph.constant("digits", range(10), np.int64)
    top = graph.add("Equal", graph.add("ArgMax", z, axis=-1, keepdims=1), digits)
    z = graph.add("Add", z, graph.constant("calibration.bias", calibration.bias))
    others = graph.add("Where", top, graph.constant("-inf", -np.inf), z)
    most = graph.add("Max", graph.add("ReduceMax", others, axes=[-1], keepdims=1), zero)
    terms = graph.add("Exp", graph.add("Sub", others, most))
    none = graph.add("Exp", graph.add("Neg", most))
    total = graph.add("Add", none, graph.add("ReduceSum", terms, last, keepdims=1))
    against = graph.add("Add", most, graph.add("Log", total))
    odds = graph.add("Sub", graph.add("ReduceMax", z, axes=[-1], keepdims=1), against)
    temperature = graph.constant("calibration.temperature", calibration.temperature)
    surer = graph.add("Div", odds, temperature)
    odds = graph.add("Where", graph.add("Greater", odds, zero), surer, odds)
    left = graph.add("Sigmoid", graph.add("Neg", odds))
    shares = graph.add("Mul", graph.add("Exp", graph.add("Sub", others, against)), left)
    graph.output("probabilities", "Where", top, graph.add("Sigmoid", odds), shares)


def _library() -> Any:
    return need("onnx", "onnx", "ONNX")
