"""``python -m infra.local.simulator --port 7080 [--state demo.json]``: run until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from infra.local.simulator.demo_state import BrokenStateError
from infra.local.simulator.simulator import Simulator


def main() -> int:
    """Listen on loopback until SIGINT or SIGTERM; exit status 1 when that is impossible."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=7080, help="loopback port (default 7080)")
    parser.add_argument("--state", type=Path, help="JSON file that lists bots")
    parser.add_argument("--keep", type=Path, help="folder that the chats are kept in, over restarts")
    parser.add_argument("--speed", type=float, default=1.0, help="divides the delays of webhook retries")
    parser.add_argument(
        "--instant", action="store_true", help="fast path for benchmarks: count sends, keep nothing"
    )
    options = parser.parse_args()
    try:
        asyncio.run(_run(options))
    except (BrokenStateError, OSError) as error:
        print(f"The messenger simulator cannot start: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with Simulator.start(
        port=options.port,
        state=options.state,
        keep=options.keep,
        speed=options.speed,
        instant=options.instant,
    ) as simulator:
        print(f"Messenger simulator: {simulator.url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
