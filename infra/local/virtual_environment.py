"""A Python environment of its own, made once and brought up to date when what belongs into it changes.

Runs before anything is installed, so: standard library only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from infra.local.errors import StackError
from infra.local.progress import step
from infra.local.services.processes import fetch, run_step

__all__ = ["NETWORK_REMEDY", "VirtualEnvironment"]

NETWORK_REMEDY = "check that pip reaches its package index (pip download pip), then run the command again"


class VirtualEnvironment:
    """The environment in ``folder``; commands run in ``cwd``."""

    def __init__(self, folder: Path, *, cwd: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._stamp = folder / "installed.sha256"
        self._cwd = cwd

    def bring_up_to(self, fingerprint: str, install: Callable[[VirtualEnvironment], None], *, lock: Path) -> None:
        """Make it where it is missing, and ``install`` into it unless ``fingerprint`` says that all is there.

        Raises:
            StackError: the machine lacks something; the remedy says what.
        """
        if self._is_current(fingerprint):
            return
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if self._is_current(fingerprint):
                return
            if not self._works():
                with step(f"Python environment in {self._shown()}"):
                    self._make()
            install(self)
            self._stamp.write_text(fingerprint)

    def pip(self, *arguments: str) -> None:
        """Install into it, with the environment's own pip or with ours."""
        own = importlib.util.find_spec("pip", None) if not (self.folder / "bin" / "pip").exists() else None
        pip: list[str | Path] = [self.python, "-m", "pip"]
        if own:
            pip = [sys.executable, "-m", "pip", "--python", self.python]
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
        fetch(
            [*pip, "install", *quiet, *arguments],
            what="pip install " + " ".join(arguments),
            remedy=NETWORK_REMEDY,
            cwd=self._cwd,
        )

    def _shown(self) -> str:
        return (
            str(self.folder.relative_to(self._cwd)) if self.folder.is_relative_to(self._cwd) else str(self.folder)
        )

    def _is_current(self, wanted: str) -> bool:
        return self._works() and self._stamp.exists() and self._stamp.read_text() == wanted

    def _works(self) -> bool:
        """Whether it has a Python that starts (the one it was made from may have been removed)."""
        if not self.python.exists():
            return False
        return subprocess.run([self.python, "-c", ""], check=False, capture_output=True).returncode == 0

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        has_pip = importlib.util.find_spec("ensurepip") is not None
        if not has_pip and importlib.util.find_spec("pip") is None:
            raise StackError(
                f"{sys.executable} can make no virtual environment: it has neither ensurepip nor pip",
                remedy="install them (Debian: apt-get install python3-venv), or choose a Python: ZETA_PYTHON=…",
            )
        run_step(
            [sys.executable, "-m", "venv", *([] if has_pip else ["--without-pip"]), self.folder],
            what="python -m venv",
            remedy="install what it names (Debian: apt-get install python3-venv)",
            cwd=self._cwd,
        )
