"""The start of a run: its engine, if "auto" was asked for, and its first network."""

from dataclasses import replace

import numpy as np

from digitwise.engines.choice import resolve_engine
from digitwise.errors import InputError
from digitwise.models.shipped import open_model
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.typed_layers import layers_text


def with_engine(settings: Settings) -> Settings:
    """Return the settings with the engine that "auto" chooses for them.

    Raises
    ------
    InputError
        If the engine can't run these settings.
    """
    name = resolve_engine(settings.engine, settings.layout, settings.batch_size, settings.variant)
    return replace(settings, engine=name)


def make_network(settings: Settings) -> Network:
    """Return the first network of a run, in float32: drawn from the seed, or read from files.

    The average of several files, weight by weight, is as good as all networks together if they
    were trained from one start (Wortsman et al. 2022, "Model soups").

    Raises
    ------
    InputError
        If a file's network has other layers or another activation than the settings.
    ModelError
        If a file is missing or damaged.
    """
    network = Network(
        settings.layout,
        activation=settings.activation,
        cost=settings.cost,
        init=settings.init,
        rng=settings.seed,
        dtype="float32",
    )
    if settings.start_from:
        start = [_trained(name, network) for name in settings.start_from]
        for of_network in ("weights", "biases"):
            arrays = zip(*(getattr(other, of_network) for other in start), strict=True)
            averages = [np.mean(same, axis=0, dtype=np.float64) for same in arrays]
            setattr(network, of_network, [a.astype(network.dtype) for a in averages])
    return network


def _trained(name: str, like: Network) -> Network:
    network = open_model(name).network
    if (network.layers, network.activation) != (like.layers, like.activation):
        raise InputError(
            f"{name} is {layers_text(network.layout)}, {network.activation}; "
            f"expected {layers_text(like.layout)}, {like.activation}: give "
            "its --convolutions, --hidden and --activation"
        )
    return network
