"""Display of a network: its layers as a line, as text and as HTML."""

from digitwise.display.html import block, heading, paragraph, table
from digitwise.layers import Layer, is_shared
from digitwise.network import Network
from digitwise.typed_layers import layers_text

HEAD = ("layer", "neurons", "activation", "weights", "parameters")


def describe(network: Network) -> str:
    """Return one line of text, and a second line with the training digits if they are known."""
    return f"Network {layers_text(network.layout)}: {_more(network)}{_trained(network)}"


def summarise(network: Network) -> str:
    """Return the table of layers as text."""
    rows = [HEAD, *_layers(network), _total(network)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if k else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([describe(network), *lines])


def as_html(network: Network) -> str:
    """Return the table of layers as HTML."""
    trained = [paragraph(f"trained on {network.trained_on}")] if network.trained_on else []
    name = f"Network {layers_text(network.layout)}"
    rows = table(HEAD, _layers(network), _total(network))
    return block(heading(name, _more(network)), rows, *trained)


def _more(network: Network) -> str:
    neurons = network.activation if len(network.sizes) > 2 else "sigmoid"
    count = f"{network.parameter_count:,} parameters"
    return f"{neurons} neurons, {network.cost} cost, {count}, {network.dtype.name}"


def _trained(network: Network) -> str:
    return f"\n  trained on {network.trained_on}" if network.trained_on else ""


def _layers(network: Network) -> list[tuple[str, ...]]:
    hidden = len(network.sizes) - 2
    names = [f"hidden {k + 1}" if hidden > 1 else "hidden" for k in range(hidden)]
    functions = [network.activation] * hidden
    rows: list[tuple[str, ...]] = [("input", f"{network.sizes[0]:,}", "", "", "")]
    for name, function, layer in zip(
        [*names, "output"], [*functions, "sigmoid"], network.layers, strict=True
    ):
        n_out, n_in = layer.weight_shape
        count = f"{n_out * (n_in + 1):,}"
        rows.append((name, f"{layer.n_out:,}", function, _weights(layer), count))
    return rows


def _weights(layer: Layer) -> str:
    """Return the shape of a layer's weights as text."""
    if is_shared(layer):
        pooled = f", pooled {layer.pool}×{layer.pool}" if layer.pool > 1 else ""
        return f"{layer.patch}×{layer.patch} × {layer.maps} maps{pooled}"
    return "×".join(map(str, layer.weight_shape))


def _total(network: Network) -> tuple[str, ...]:
    return "total", "", "", "", f"{network.parameter_count:,}"
