"""Speed of fitting `NetworkClassifier`, beside scikit-learn's and skorch's, on one thread.

    DIGITWISE_DATA=FOLDER python benchmarks/estimator.py [--json FILE]

Data are digits, MNIST's or the bundled ones, and a table. Each classifier is fitted with its
defaults, and for a few epochs with a common mini-batch size. Accuracy is measured on held-out rows,
never on test digits.
"""

import warnings

from measure import deliver, machine, pin, side_by_side, table

pin(1)

import numpy as np  # noqa: E402
from sklearn.datasets import make_classification  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

import digitwise as dw  # noqa: E402

ROUNDS = 3
BATCH_SIZE = 200  # default of MLPClassifier
EPOCHS = 10  # of the fits with a common mini-batch size
HIDDEN = (100,)
OURS, THEIRS, SKORCH = "digitwise, NetworkClassifier", "scikit-learn, MLPClassifier", "skorch"
SKORCH_EPOCHS = 20
warnings.simplefilter("ignore", ConvergenceWarning)


def digits() -> tuple:
    """Return 10,000 of MNIST's training digits and its last 10,000 held out, or bundled digits."""
    try:
        train, _ = dw.load("mnist")
        name, rows = "MNIST", (train[:10_000], train[50_000:])
    except dw.DigitwiseError:
        train, _ = dw.load("digits")
        name, rows = "bundled digits", (train[:-400], train[-400:])
    return name, *(part for r in rows for part in (r.inputs(), r.labels.astype(int)))


def rows_of_20_features() -> tuple:
    """Return 100,000 rows of 20 features and 5 classes, and 25,000 held-out rows."""
    x, y = make_classification(
        125_000, 20, n_informative=12, n_redundant=2, n_classes=5, n_clusters_per_class=3,
        random_state=0,
    )  # fmt: skip
    x = StandardScaler().fit(x[:100_000]).transform(x).astype(np.float32)
    return "Table", x[:100_000], y[:100_000], x[100_000:], y[100_000:]


def with_skorch(features: int, classes: int, **settings):
    """Return the same network in PyTorch, or None if PyTorch or skorch is missing."""
    try:
        import torch
        from skorch import NeuralNetClassifier
    except ImportError:
        return None
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers = [torch.nn.Linear(features, HIDDEN[0]), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(HIDDEN[0], classes))
    return NeuralNetClassifier(
        net, criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3,
        batch_size=BATCH_SIZE, train_split=None, verbose=0, iterator_train__shuffle=True, **settings
    )  # fmt: skip


def compare(name: str, x, y, x_out, y_out) -> tuple[str, dict]:
    features, classes = x.shape[1], len(np.unique(y))
    makers = {
        OURS: lambda: dw.NetworkClassifier(HIDDEN, random_state=0),
        THEIRS: lambda: MLPClassifier(HIDDEN, random_state=0),
        f"{SKORCH}, {SKORCH_EPOCHS} epochs": lambda: with_skorch(
            features, classes, max_epochs=SKORCH_EPOCHS
        ),
    }
    same_batch = {
        OURS: lambda: dw.NetworkClassifier(
            HIDDEN, epochs=EPOCHS, batch_size=BATCH_SIZE, random_state=0
        ),
        THEIRS: lambda: MLPClassifier(
            HIDDEN, max_iter=EPOCHS, batch_size=BATCH_SIZE, tol=0, random_state=0
        ),
        SKORCH: lambda: with_skorch(features, classes, max_epochs=EPOCHS),
    }
    whole, fitted = timed(makers, x, y)
    epochs, _ = timed(same_batch, x, y)
    for label, timing in whole.items():
        score = fitted[label].score(x_out, y_out)
        timing.notes = {"ratio": timing.median / whole[OURS].median, "accuracy": score}
    for timing in epochs.values():
        timing.notes = {"ratio": timing.median / epochs[OURS].median}
    text = (
        f"### {name}: {len(x):,} rows, {features}-{HIDDEN[0]}-{classes}, float32, one thread\n\n"
        + table(
            ["", "s a fit", "least to most", "time / ours", f"accuracy on {len(x_out):,} others"],
            [
                [label, f"{t.median:.3g}", t.spread, f"{t.notes['ratio']:.1f}×",
                 f"{100 * t.notes['accuracy']:.2f}%"]
                for label, t in whole.items()
            ],
        )
        + f"\n\nEach with its defaults where nothing is said; MLPClassifier stops by itself, after "
        f"{fitted[THEIRS].n_iter_} epochs here. Epochs of mini-batches of {BATCH_SIZE}, "
        f"{EPOCHS} at a time:\n\n"
        + table(
            ["", "s an epoch", "time / ours"],
            [
                [label, f"{t.median / EPOCHS:.3g}", f"{t.notes['ratio']:.1f}×"]
                for label, t in epochs.items()
            ],
        )
    )  # fmt: skip
    return text, {"name": name, "whole": whole, "epochs": epochs}


def timed(makers: dict, x, y) -> tuple[dict, dict]:
    """Fit each classifier once a round; return timings and the last fitted classifiers."""
    fitted = {}

    def fit(label: str, make) -> None:
        fitted[label] = make().fit(x, y)

    makers = {label: make for label, make in makers.items() if make() is not None}
    tasks = {
        label: lambda _, label=label, make=make: fit(label, make) for label, make in makers.items()
    }
    return side_by_side(tasks, ROUNDS), fitted


if __name__ == "__main__":
    print(machine())
    texts, figures = zip(*(compare(*of()) for of in (digits, rows_of_20_features)), strict=True)
    deliver("estimator", "\n\n".join(texts), {"sets": figures})
