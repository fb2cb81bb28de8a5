"""Export to the Hugging Face Hub: a folder with a card, a configuration and our own model file.

`read_model` reads it back, bit for bit. The file's metadata gets one more entry, `format`, the kind
of its arrays.
"""

import json
from pathlib import Path
from typing import Any

from digitwise import __version__
from digitwise.models.files import IN_FOLDER, Model, to_bytes
from digitwise.typed_layers import layers_text

CARD = "README.md"
CONFIGURATION = "config.json"
FILES = {CARD, CONFIGURATION, IN_FOLDER}
LICENSE = "mit"  # of shipped networks, which state their limits


def contents(model: Model, name: str, facts: dict[str, Any]) -> dict[str, bytes]:
    """Return the content of each file of the folder, by name."""
    facts = {key: _plain(value) for key, value in facts.items() if value is not None}
    network, calibration = model.network, model.calibration
    configuration = {
        "library_name": "digitwise",
        "digitwise_version": __version__,
        "model_type": "digitwise",
        "layers": layers_text(network.layout),
        "sizes": network.sizes,
        "activation": network.activation,
        "output": "sigmoid",
        "framing": "mnist",
        "dtype": network.dtype.name,
        "temperature": calibration and calibration.temperature,
        "bias": calibration and calibration.bias,
    }
    card = f"---\n{_header(model, name, facts)}---\n\n{_text(name, facts)}"
    return {
        CARD: card.encode(),
        CONFIGURATION: (json.dumps(configuration, indent=2) + "\n").encode(),
        IN_FOLDER: to_bytes(model, {"format": "np"}),
    }


def is_export(path: Path) -> bool:
    """Tell whether a folder holds the files of an export, and no others."""
    return path.is_dir() and {file.name for file in path.iterdir()} == FILES


def _plain(value: Any) -> Any:
    """Return a fact from a model file on one line, with Markdown and HTML escaped."""
    if not isinstance(value, str):
        return value if isinstance(value, int | float) else _plain(str(value))
    text = "".join(c if c.isprintable() else " " for c in value)
    for special in "\\`*<|[":
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split()).encode(errors="replace").decode()


def _header(model: Model, name: str, facts: dict[str, Any]) -> str:
    """Return the card's metadata as YAML; its values are JSON, a subset of YAML."""
    header: dict[str, Any] = {
        "license": LICENSE if "limits" in facts else None,
        "library_name": "digitwise",
        "pipeline_tag": "image-classification",
        "tags": ["digitwise", "handwriting", "handwritten-digits", "ocr"],
        "datasets": ["mnist"] if facts.get("data") == "mnist" else None,
        "metrics": ["accuracy"],
    }
    accuracy, n = model.results.get("test_accuracy"), model.results.get("test_n")
    if isinstance(accuracy, float):
        data = facts.get("data", "test digits")
        result = {
            "task": {"type": "image-classification"},
            "dataset": {"type": data, "name": f"{data}: {n} test digits"},
            "metrics": [{"type": "accuracy", "value": accuracy}],
        }
        header["model-index"] = [{"name": name, "results": [result]}]
    return "".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in header.items()
        if value is not None
    )


def _text(name: str, facts: dict[str, Any]) -> str:
    rows = "".join(
        f"| {key.replace('_', ' ')} | {value} |\n"
        for key, value in facts.items()
        if key != "limits"
    )
    limits = facts.get("limits", "Not stated. It was measured on the test digits above, no others.")
    terms = (
        ""
        if "limits" in facts
        else (
            "\n## Terms\n\nNot stated: its owner adds `license: NAME` to the header of this card.\n"
        )
    )
    return f"""# {_plain(name)}

A feedforward network that recognises handwritten digits, trained with digitwise.

## Use

```sh
digitwise read PICTURE.png --model FOLDER
digitwise evaluate FOLDER --data digits
```

```python
import digitwise as dw

network = dw.load_model("FOLDER")  # .weights, .biases, .feedforward(x)
```

Inputs are (n, 784) in [0, 1], 0 paper, 1 ink: 28×28 pixels row by row, framed as MNIST frames its
digits. Outputs are ten sigmoid neurons, one for each digit.

## Facts

| | |
|---|---|
{rows}
## Limits

{limits}
{terms}"""
