"""`GET /api/network`: a network for the page to run itself, and what excites its neurons."""

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

EACH = 50  # bundled digits of each kind that neurons are tried on
MOST = 8  # digits that are kept of those that excite a neuron most
PATH = "/api/network"
router = APIRouter()


@router.get(
    PATH,
    summary="A network's weights, to be run elsewhere",
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {}},
            "description": "A safetensors file: w0, b0, w1, … of each layer, float16 where that "
            "loses nothing; `digits` and `labels`, bundled ones; for each hidden layer `mean`, "
            "activations by label, and `most`, which digits excite each neuron most",
        },
        304: {"description": "It is the one that If-None-Match names"},
        409: {"description": "No such network, or none that can be shown neuron by neuron"},
    },
)
async def network(
    request: Request,
    model: Annotated[str | None, Query(description="A name of /api/models", max_length=80)] = None,
) -> Response:
    """Give the network that reads, as the page shows it live."""
    path = path_of_model(request, model or request.app.state.model)
    try:
        content, tag = await run_in_threadpool(pack, path, path.stat().st_mtime_ns)
    except ModelError as error:
        raise HTTPException(409, str(error)) from error
    headers = {"etag": tag, "cache-control": "private, no-cache"}  # kept, and asked about
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/octet-stream", headers=headers)


@lru_cache(maxsize=2)
def pack(path: Path, _changed: int) -> tuple[bytes, str]:
    """Write a network as the page takes it: a safetensors file, and its entity tag.

    Raises
    ------
    ModelError
        If the file is not sound, or its network can't be shown neuron by neuron.
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
        most = np.argsort(-a, axis=0, kind="stable")[:MOST].T
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
    """Half as many bytes, where they hold the same numbers: those of the shipped reader."""
    with np.errstate(over="ignore"):
        half = w.astype(np.float16)
    return half if np.array_equal(half.astype(w.dtype), w) else w.astype(np.float32)


def _some_of_each() -> Digits:
    digits, _ = read_bundled()
    chosen = [np.flatnonzero(digits.labels == label)[:EACH] for label in range(10)]
    return digits[np.concatenate(chosen)]


def _hidden_activations(network: Network, digits: Digits) -> list[Floats]:
    """Of each hidden layer, (n, neurons)."""
    f, a = ACTIVATIONS[network.activation].function, digits.inputs(network.dtype)
    found = []
    hidden = zip(network.layers[:-1], network.weights, network.biases, strict=False)
    for layer, w, b in hidden:
        a = f(layer.weighted_inputs(a, w, b))
        found.append(a)
    return found
