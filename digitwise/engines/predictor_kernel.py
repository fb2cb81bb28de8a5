"""The kernel of `Predictor`: outputs of a network for a batch of inputs."""

from digitwise.compiled import kernel
from digitwise.engines.exponential import sigmoid
from digitwise.engines.fused_forward import collect, forward, forward_sparse
from digitwise.engines.fused_layout import Layout
from digitwise.engines.sparse import SparseImages


@kernel
def outputs(
    x, numbers, places, like, parameters, neurons, starts, pixels, values, out, squash, dense
):
    """Write the outputs for x, (n, n_in), to out, (n, n_out), some rows at a time.

    `numbers` and `places` hold the layout and more (`predictor.py`), since a call with few
    arguments is fast. `starts` begins with the order of the rows, 0, 1, 2, ... Without `squash`
    the outputs are z, before the sigmoid. `dense` is None for a `tiled` layout.
    """
    inputs, activation, at_once = numbers
    layout = Layout(
        inputs, places[0], places[1], places[2], places[3], places[4], places[5], places[6],
        0, 0, 0,
    )  # fmt: skip
    last = len(layout.sizes) - 1
    order = starts[:at_once]
    sparse = SparseImages(starts[at_once:], pixels, values)
    for begin in range(0, len(x), at_once):
        m = min(at_once, len(x) - begin)
        entries = 0
        for row in range(m):
            sparse.starts[row] = entries
            entries = collect(x[begin + row], pixels, values, entries)
        sparse.starts[m] = entries
        if dense is None:  # decided at compile time, so that only one branch is compiled
            forward_sparse(sparse, order, m, layout, like, parameters, neurons)
        else:
            forward(sparse, order, 0, m, layout, like, parameters, neurons, None, activation)
        for row in range(m):
            z = layout.outputs[last] + row * layout.widths[last]
            for i in range(out.shape[1]):
                out[begin + row, i] = sigmoid(neurons[z + i]) if squash else neurons[z + i]
