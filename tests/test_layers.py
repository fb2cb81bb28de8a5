"""Imports go downward only, as docs/layout.md has it."""

import ast
from collections import Counter
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
    "estimator",
    "course",
    "lab",
    "display",
    "review",
    "web",
    "cli",
]
ANYWHERE = {
    "compiled",
    "errors",
    "extras",
    "files",
    "interrupts",
    "parsing",
    "processes",
    "setting",
    "settings",
    "kernel_cache",
    "shown",
    "temporary",
    "user_folders",
    "wording",
}
HEART = {
    "bitwise",
    "circuits",
    "convolution",
    "costs",
    "descent",
    "expressions",
    "layers",
    "network",
    "neurons",
    "typed_layers",
}


def layer(parts):
    return "heart" if parts[0] in HEART else parts[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)


def shows(function):
    """Tell whether a function only imports something from `display` and returns its result."""
    body = [line for line in function.body if not is_docstring(line)]
    if [type(line) for line in body] != [ast.ImportFrom, ast.Return]:
        return False
    return body[0].module.startswith("digitwise.display.") and isinstance(body[1].value, ast.Call)


def is_docstring(line):
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def upward(path):
    """Return imports from `display` by methods that do nothing else: the one way up."""
    methods = [
        method
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and shows(method)
    ]
    return [method.body[-2].module.split(".") for method in methods]


FACES = {"estimator", "course"}
FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p.parent != PACKAGE or p.stem in HEART | FACES]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_downward(path):
    own = layer(path.relative_to(PACKAGE).with_suffix("").parts)
    shown = Counter(map(tuple, upward(path)))
    for module in imports(path):
        if own not in ("display", "web", "cli") and shown[tuple(module)] > 0:
            shown[tuple(module)] -= 1
            continue
        if module[0] == "digitwise" and len(module) > 1 and module[1] not in ANYWHERE:
            assert ORDER.index(layer(module[1:])) <= ORDER.index(own), module
        if own == "heart":
            allowed = {
                "digitwise",
                "numpy",
                "collections",
                "dataclasses",
                "itertools",
                "math",
                "operator",
                "re",
                "typing",
            }
            assert module[0] in allowed, module


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.name)
def test_no_neural_network_library(path):
    libraries = {"torch", "tensorflow", "keras", "jax", "onnxruntime"}
    for module in imports(path):
        assert module[0] not in libraries
        assert module[:2] != ["sklearn", "neural_network"]


def test_the_way_up_is_for_methods_that_do_nothing_else(tmp_path):
    method = "class A:\n    def show(self):\n        from digitwise.display.a import b\n\n"
    path = tmp_path / "a.py"
    for more, found in [
        ("        return b(self)\n", [["digitwise", "display", "a"]]),
        ("        x = 1\n        return b(x)\n", []),
        ("        return 1\n", []),
    ]:
        path.write_text(method + more)
        assert upward(path) == found
    path.write_text("from digitwise.display.a import b\n")
    assert upward(path) == []
