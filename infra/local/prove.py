"""``./infra/local/prove``: what is too slow for every run, or needs more than the project's own packages.

One line a part, with the time it took; 1 when any failed. A part that lacks something says what, and fails: nothing
is ever skipped. Arguments choose parts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.errors import StackError
from infra.local.progress import say, step
from infra.local.services.azurite import azurite_is_installed, install_azurite
from infra.local.services.processes import run_step
from infra.local.state import AZURITE_PROGRAMS, CHECKOUT, LOCAL
from infra.local.virtual_environment import VirtualEnvironment

__all__ = ["PARTS", "Part", "prove", "sdk_part"]

Command = Sequence[str | Path]
TESTS = CHECKOUT / "tests" / "prove"
HOURS = 3600.0
# as people write them: names on the package index
SDKS = ("pywa", "python-telegram-bot", "aiogram", "viberbot")


@dataclass(frozen=True)
class Part:
    """Something to prove.

    Args:
        name: what it is asked for by.
        about: what it shows, in a line.
        prepare: bring what it needs, and tell the command; raises ``StackError`` where that is impossible.
        patience: seconds that the command may take.
    """

    name: str
    about: str
    prepare: Callable[[], Command]
    patience: float


def sdk_part(name: str, requirements: Path, tests: Path) -> Part:
    """The tests of somebody else's SDK, in an environment that holds it and pytest, by pinned versions."""

    def install(environment: VirtualEnvironment) -> None:
        with step(f"packages of {name}"):
            environment.pip("-r", str(requirements))

    def prepare() -> Command:
        wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
        environment = VirtualEnvironment(LOCAL / "prove" / name, cwd=CHECKOUT)
        lock = LOCAL / "prove" / f"{name}.lock"
        environment.bring_up_to(wanted, install, lock=lock)
        settings: Command = ["-c", TESTS / "pytest.ini", "--confcutdir", TESTS]
        return [environment.python, "-m", "pytest", *settings, tests]

    return Part(name, f"{name} talks to the simulator as to the real messenger", prepare, 600.0)


def _thousand_kills() -> Command:
    if not azurite_is_installed(AZURITE_PROGRAMS):
        with step("installing Azurite", hint="half a minute"):
            install_azurite(AZURITE_PROGRAMS)
    return [sys.executable, "-m", "tests.chaos.thousand", "--fresh"]


PARTS: Sequence[Part] = (
    *(
        sdk_part(name, TESTS / "requirements" / f"{name}.txt", TESTS / f"test_{name.replace('-', '_')}.py")
        for name in SDKS
    ),
    Part("kills", "a thousand kills lose no message and answer none twice", _thousand_kills, 3 * HOURS),
)


def prove(parts: Sequence[Part]) -> list[str]:
    """Run the parts, all of them even when one fails; the names of those that failed."""
    return [part.name for part in parts if not _holds(part)]


def _holds(part: Part) -> bool:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    try:
        command = part.prepare()
        with step(part.name):
            run_step(
                command,
                what=part.name,
                remedy=f"mend what is listed above, then: ./infra/local/prove {part.name}",
                cwd=CHECKOUT,
                env=bare,
                timeout=part.patience,
            )
    except StackError as error:
        say(str(error))
        return False
    return True


def main(arguments: list[str]) -> int:
    """Parse the command line and prove; 1 when a part failed, 2 when there is no such part."""
    width = max(len(part.name) for part in PARTS)
    listed = "\n".join(f"  {part.name:<{width}}  {part.about}" for part in PARTS)
    parser = argparse.ArgumentParser(
        prog="./infra/local/prove",
        description=f"{__doc__}\nParts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [part.name for part in PARTS]
    parser.add_argument("parts", nargs="*", metavar="part", help="all where none is named")
    chosen = parser.parse_args(arguments).parts
    unknown = [name for name in chosen if name not in names]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(names)}")
    failed = prove([part for part in PARTS if not chosen or part.name in chosen])
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
