"""`GET /api/network`: weights for the page to run, and the digits that excite each neuron."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from digitwise.data.bundled import read_bundled
from digitwise.data.digits import Digits
from digitwise.errors import ModelError
from digitwise.imaging.framing import SIDE
from digitwise.layers import Full
from digitwise.models.files import read_model
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS, Floats
from digitwise.web.reading import path_of_model

DIGITS_PER_LABEL = 50  # bundled digits that neurons are tried on
TOP_DIGITS = 8  # digits that excite a neuron most, in the answer
PATH = "/api/network"
router = APIRouter()


@router.get(
    PATH,
    summary="Weights of a network, for programs that run it",
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {}},
            "description": "A safetensors file: w0, b0, w1, … of each layer, float16 where that "
            "loses nothing; `digits` and `labels` of bundled digits; for each hidden layer `mean`, "
            "mean activations by label, and `most`, the digits that excite each neuron most",
        },
        304: {"description": "The network is that of If-None-Match"},
        409: {"description": "No such network, or it can't be shown neuron by neuron"},
    },
)
async def network(
    request: Request,
    model: Annotated[str | None, Query(description="A name of /api/models", max_length=80)] = None,
) -> Response:
    """Return the network that the page shows live."""
    path = path_of_model(request, model or request.app.state.model)
    try:
        content, tag = await run_in_threadpool(pack, path, path.stat().st_mtime_ns)
    except ModelError as error:
        raise HTTPException(409, str(error)) from error
    headers = {
        "etag": tag,
        "cache-control": "private, no-cache",
    }  # the browser keeps it, and asks whether it changed
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/octet-stream", headers=headers)


@lru_cache(maxsize=2)
def pack(path: Path, _changed: int) -> tuple[bytes, str]:
    """Return a network as a safetensors file for the page, and its entity tag.

    Raises
    ------
    ModelError
        If the file can't be read as a model, or its network can't be shown neuron by neuron.
    """
    from safetensors.numpy import save

    network = read_model(path).network
    _check_it_can_be_shown(network)
    digits = _some_of_each()
    tensors: dict[str, npt.NDArray[Any]] = {"digits": digits.images, "labels": digits.labels}
    activations = _hidden_activations(network, digits)
    for number, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        tensors[f"w{number}"], tensors[f"b{number}"] = _small(w), b.astype(np.float32)
    for number, a in enumerate(activations):
        by_label = [a[digits.labels == label].mean(axis=0) for label in range(10)]
        tensors[f"mean{number}"] = np.stack(by_label, axis=1).astype(np.float32)
        most = np.argsort(-a, axis=0, kind="stable")[:TOP_DIGITS].T
        tensors[f"most{number}"] = np.ascontiguousarray(most, np.uint16)
    about = {"activation": network.activation, "sizes": json.dumps(network.sizes)}
    content = save(tensors, about)
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _check_it_can_be_shown(network: Network) -> None:
    if not all(isinstance(layer, Full) for layer in network.layers):
        raise ModelError(
            "a network with shared weights can't be shown live: choose one with full layers only"
        )
    if network.sizes[0] != SIDE**2 or network.sizes[-1] != 10:
        raise ModelError(
            f"expected a network from {SIDE}x{SIDE} pixels to ten digits, to be shown live; found "
            f"{network.sizes[0]} inputs and {network.sizes[-1]} outputs"
        )


def _small(w: Floats) -> Floats:
    """Return weights as float16 if that loses nothing, as for the shipped reader; else float32."""
    with np.errstate(over="ignore"):
        half = w.astype(np.float16)
    return half if np.array_equal(half.astype(w.dtype), w) else w.astype(np.float32)


def _some_of_each() -> Digits:
    digits, _ = read_bundled()
    chosen = [np.flatnonzero(digits.labels == label)[:DIGITS_PER_LABEL] for label in range(10)]
    return digits[np.concatenate(chosen)]


def _hidden_activations(network: Network, digits: Digits) -> list[Floats]:
    """Return the activations of each hidden layer, shape (n, neurons)."""
    f, a = ACTIVATIONS[network.activation].function, digits.inputs(network.dtype)
    found = []
    hidden = zip(network.layers[:-1], network.weights, network.biases, strict=False)
    for layer, w, b in hidden:
        a = f(layer.weighted_inputs(a, w, b))
        found.append(a)
    return found
