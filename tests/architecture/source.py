"""The project's own source, as the architecture tests read it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["CHECKOUT", "modules", "run_python", "strings", "tree_of"]

CHECKOUT = Path(__file__).resolve().parents[2]


def modules(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files of these folders (or single files) with one of these endings; generated ones are not ours."""
    found = []
    for name in folders:
        path = CHECKOUT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        found += [file for file in files if file.suffix in suffixes and "node_modules" not in file.parts]
    assert found, folders
    return found


def tree_of(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string of the code; not docstrings, nor those that stand under a field as its description."""
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node


def run_python(code: str) -> str:
    """What a fresh interpreter prints that runs ``code`` in the checkout."""
    return subprocess.check_output([sys.executable, "-c", code], cwd=CHECKOUT, text=True)
