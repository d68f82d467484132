"""``python -m infra.local.host --role http|queues``: run the function app of this checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvloop

from infra.local.errors import StackError
from infra.local.host.logs import start_logging
from infra.local.host.roles import HTTP, QUEUES
from infra.local.host.service import Options, serve
from infra.local.host.supervisor import supervise
from infra.local.services.ports import LOOPBACK

CHECKOUT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Parse the command line and run; 1 when the app or the machine does not allow it."""
    arguments = _parser().parse_args()
    start_logging(arguments.log_level, show_errors=arguments.show_errors)
    try:
        if arguments.processes > 1:
            uvloop.run(supervise(_commands(arguments.processes), grace=arguments.grace))
        else:
            uvloop.run(serve(_options(arguments)))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.host", description=__doc__)
    add = parser.add_argument
    add("--role", choices=(HTTP, QUEUES), required=True, help="HTTP functions, or queue and timer functions")
    add("--app", type=Path, default=CHECKOUT, help="folder of function_app.py and host.json")
    add("--address", default=LOOPBACK, help="where HTTP listens")
    add("--port", type=int, default=7071, help="where HTTP listens")
    add("--processes", type=int, default=1, help="how many processes share the work")
    add("--grace", type=float, default=30.0, help="seconds that work in hand has after SIGTERM")
    add("--no-timers", action="store_true", help="leave timers to another process")
    add("--shared-port", action="store_true", help="let several processes listen on the port")
    add("--supervised", action="store_true", help="end when the parent process ends")
    add("--show-errors", action="store_true", help="log the full text of what functions raise")
    add("--log-level", default="info", help="debug, info, warning or error")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    return Options(
        role=arguments.role,
        app_folder=arguments.app.resolve(),
        address=arguments.address,
        port=arguments.port,
        grace=arguments.grace,
        timers=not arguments.no_timers,
        shared_port=arguments.shared_port,
        supervised=arguments.supervised,
        show_errors=arguments.show_errors,
    )


def _commands(processes: int) -> list[list[str]]:
    """The command line of each process; timers run in the first alone."""
    same = ["-m", "infra.local.host", *sys.argv[1:], "--processes", "1", "--supervised", "--shared-port"]
    return [same if number == 0 else [*same, "--no-timers"] for number in range(processes)]


if __name__ == "__main__":
    sys.exit(main())
