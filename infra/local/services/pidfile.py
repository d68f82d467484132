"""The process ids of what runs in the background, so that another process can end it."""

from __future__ import annotations

from pathlib import Path

from infra.local.services.processes import is_running

__all__ = ["PidFile"]


class PidFile:
    """``<pid> <start time>``: the start time tells our process from a stranger that got its number."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, pid: int) -> None:
        """Remember a process that runs now."""
        self.path.write_text(f"{pid} {_started(pid)}\n")

    def running(self) -> int | None:
        """The process id, if that very process still lives."""
        try:
            number, started = self.path.read_text().split()
        except (OSError, ValueError):
            return None
        pid = int(number)
        return pid if is_running(pid) and _started(pid) == started else None

    def remove(self) -> None:
        """Forget the process."""
        self.path.unlink(missing_ok=True)


def _started(pid: int) -> str:
    """The process's start time in clock ticks since boot; «unknown» where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "unknown"
    return fields[19]
