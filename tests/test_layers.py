"""Imports go downward only, as docs/layout.md has it."""

import ast
from pathlib import Path

import pytest

import digitwise

PACKAGE = Path(digitwise.__file__).parent
ORDER = [
    "heart",
    "imaging",
    "data",
    "engines",
    "models",
    "reading",
    "training",
    "callbacks",
    "exchange",
    "lab",
    "web",
    "cli",
]
ANYWHERE = {"compiled", "errors", "files", "interrupts", "processes", "setting", "settings"}
HEART = {"neurons", "costs", "network", "descent", "circuits", "expressions", "bitwise"}


def layer(parts):
    return "heart" if parts[0] in HEART else parts[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p.parent != PACKAGE or p.stem in HEART]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_downward(path):
    own = layer(path.relative_to(PACKAGE).with_suffix("").parts)
    for module in imports(path):
        if module[0] == "digitwise" and len(module) > 1 and module[1] not in ANYWHERE:
            assert ORDER.index(layer(module[1:])) <= ORDER.index(own), module
        if own == "heart":
            allowed = {
                "digitwise",
                "numpy",
                "collections",
                "dataclasses",
                "itertools",
                "operator",
                "typing",
            }
            assert module[0] in allowed, module


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.name)
def test_no_neural_network_library(path):
    libraries = {"torch", "tensorflow", "keras", "jax", "onnxruntime"}
    for module in imports(path):
        assert module[0] not in libraries
        assert module[:2] != ["sklearn", "neural_network"]
