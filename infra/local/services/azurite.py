"""An embedded Azure Storage (blobs, queues, tables): Azurite, installed with npm under ``.local``.

The version is pinned in ``infra/local/azurite/package.json``.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
from pathlib import Path

from infra.local.errors import StackError
from infra.local.services.node import find_node, npm_ci
from infra.local.services.pidfile import PidFile
from infra.local.services.ports import LOOPBACK, claim_port, free_port, is_listening
from infra.local.services.processes import end_process, start_process, wait_until

__all__ = ["AzuriteServer", "azurite_is_installed", "install_azurite"]

PORT_SETTING = "ZETA_AZURITE_PORT"
STAMP = "installed.lock.json"
ACCOUNT = "devstoreaccount1"
# The emulator's account and key are the same on every machine and documented by Microsoft.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
MANIFESTS = Path(__file__).resolve().parent.parent / "azurite"


class AzuriteServer:
    """One emulator; ``home`` holds its data, log and process id.

    Args:
        home: folder of ours.
        programs: where ``install_azurite`` put it.
        port: of the blob service; queues answer on the next, tables on the one after. 0 takes free ones.
        in_memory: keep nothing on disk: quicker, and empty after a restart.
    """

    def __init__(self, home: Path, *, programs: Path, port: int = 0, in_memory: bool = False) -> None:
        self.home = home
        self._programs = programs
        self._in_memory = in_memory
        self.ports = (port, port + 1, port + 2) if port else (0, 0, 0)
        self._pidfile = PidFile(home / "azurite.pid")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def connection_string(self) -> str:
        """What ``AzureWebJobsStorage`` is set to."""
        blob, queue, table = (f"http://{LOOPBACK}:{port}/{ACCOUNT}" for port in self.ports)
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
            f"BlobEndpoint={blob};QueueEndpoint={queue};TableEndpoint={table};"
        )

    @property
    def pid(self) -> int | None:
        """The emulator's process id while it runs."""
        return self._pidfile.running()

    @property
    def log(self) -> Path:
        """The emulator's log file."""
        return self.home / "azurite.log"

    def start(self) -> None:
        """Start the emulator and wait until blobs, queues and tables answer."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start the emulator; it answers a while later."""
        if self.pid is not None:
            raise StackError(f"Azurite in {self.home} already runs", remedy="stop it: ./infra/local/down")
        if self.ports == (0, 0, 0):
            self.ports = (free_port(), free_port(), free_port())
        for port in self.ports:
            claim_port(port, service="Azurite", setting=PORT_SETTING)
        self.home.mkdir(parents=True, exist_ok=True)
        program = self._programs / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
        flags = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", str(self.home)]
        if self._in_memory:
            flags = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"]
        for name, port in zip(("blob", "queue", "table"), self.ports, strict=True):
            flags += [f"--{name}Host", LOOPBACK, f"--{name}Port", str(port)]
        self._process = start_process([find_node(), program, *flags], log=self.log, cwd=self.home)
        self._pidfile.write(self._process.pid)

    def wait(self) -> None:
        """Wait until blobs, queues and tables answer."""
        wait_until(self.answers, what="Azurite", log=self.log, process=self._process)

    def stop(self) -> None:
        """End the emulator; what is on disk is there again after the next start."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the emulator at once, as a crash would."""
        self._end(signal.SIGKILL)

    def answers(self) -> bool:
        """Whether all three services accept connections now."""
        return all(is_listening(port) for port in self.ports)

    def _end(self, first: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            end_process(pid, first=first, patience=10)
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None
        self._pidfile.remove()


def azurite_is_installed(programs: Path) -> bool:
    """Whether the pinned Azurite is there."""
    stamp = programs / STAMP
    return stamp.exists() and stamp.read_bytes() == (MANIFESTS / "package-lock.json").read_bytes()


def install_azurite(programs: Path) -> bool:
    """Install the pinned Azurite below ``programs`` unless it is there; True when there was work to do.

    Safe to call from several processes at once.
    """
    programs.mkdir(parents=True, exist_ok=True)
    with (programs / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if azurite_is_installed(programs):
            return False
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(MANIFESTS / name, programs / name)
        npm_ci(programs, what="Azurite")
        shutil.copyfile(MANIFESTS / "package-lock.json", programs / STAMP)
        return True
