"""``python -m tests.chaos.thousand``: kill workers a thousand times, at every step and at random moments.

After each round of kills everything said is checked: acknowledged means answered once, in order; no state applied
twice; a message that arrived twice is flagged. The count is kept in a file, so that an interrupted run goes on
where it stopped; ``--fresh`` begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.simulator import Simulator
from tests.chaos.fleet import Fleet, running_fleet, short_leases
from tests.chaos.steps import STEPS, kill_at
from tests.chaos.talk import Talk, open_talk
from tests.stack import CHECKOUT, WorkerStack, begin_run, end_run, shared_services

__all__ = ["Progress", "kill_for_a_round"]

STATE = CHECKOUT / ".local" / "chaos" / "thousand.json"
KILLS_A_ROUND = 25
_RANDOM_MOMENTS = 0.3


@dataclass
class Progress:
    """What was done so far, over all runs."""

    kills: int = 0
    rounds: int = 0
    messages: int = 0
    flagged: int = 0
    seconds: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)

    @classmethod
    def kept_in(cls, path: Path) -> Progress:
        """The progress of the file; none where there is no file."""
        if not path.exists():
            return cls()
        kept = json.loads(path.read_text())
        return cls(**{**kept, "steps": Counter(kept["steps"])})

    def keep_in(self, path: Path) -> None:
        """Write the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(vars(self), indent=1, ensure_ascii=False))


async def kill_for_a_round(fleet: Fleet, talk: Talk, progress: Progress, dice: random.Random, kills: int) -> None:
    """Kill ``kills`` times while people write, then wait until all is answered, and verify it."""
    talk.said.clear()
    before = sum(worker.kills for worker in fleet.workers)
    while sum(worker.kills for worker in fleet.workers) - before < kills:
        if dice.random() < _RANDOM_MOMENTS:
            await _kill_at_random(fleet, talk, progress, dice)
        else:
            await _kill_at_a_step(fleet, talk, progress, dice)
    await talk.all_answered()
    progress.flagged += talk.verify()
    progress.messages += sum(len(said) for said in talk.said.values())
    progress.kills += sum(worker.kills for worker in fleet.workers) - before
    progress.rounds += 1


async def _kill_at_a_step(fleet: Fleet, talk: Talk, progress: Progress, dice: random.Random) -> None:
    step = dice.choice(STEPS)
    await kill_at(step, fleet, talk.simulator, lambda: _write(talk, progress, dice))
    progress.steps[step.name] += 1


async def _kill_at_random(fleet: Fleet, talk: Talk, progress: Progress, dice: random.Random) -> None:
    _write(talk, progress, dice)
    await asyncio.sleep(dice.random() * 0.15)
    dice.choice(fleet.workers).kill()
    progress.steps["a random moment"] += 1
    await fleet.revive()


def _write(talk: Talk, progress: Progress, dice: random.Random) -> None:
    """Three of the round's ten people write."""
    for person in dice.sample(range(10), 3):
        talk.say(f"person {progress.rounds}-{person}")


async def _run(stack: WorkerStack, progress: Progress, arguments: argparse.Namespace) -> None:
    dice = random.Random(arguments.seed + progress.kills)
    settings = {**stack.environment(), **short_leases()}
    with TemporaryDirectory() as logs:
        async with Simulator.start(speed=20) as simulator:
            talk = await open_talk(simulator, settings, stack.superuser_url)
            async with running_fleet(settings, simulator, Path(logs)) as fleet:
                talk.connect(fleet.port)
                while progress.kills < arguments.kills:
                    started = time.monotonic()
                    left = arguments.kills - progress.kills
                    await kill_for_a_round(fleet, talk, progress, dice, min(KILLS_A_ROUND, left))
                    progress.seconds += time.monotonic() - started
                    progress.keep_in(arguments.state)
                    _report(progress, arguments.kills)


def _report(progress: Progress, wanted: int) -> None:
    print(
        f"{progress.kills}/{wanted} kills in {progress.seconds:.0f} s: {progress.messages} messages, none lost, "
        f"none answered twice; {progress.flagged} sends flagged as possibly repeated",
        flush=True,
    )


def main() -> int:
    """Parse the command line and kill; 1 with the broken promise where one was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.thousand", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many in all, earlier runs included")
    parser.add_argument("--seed", type=int, default=1, help="of the dice")
    parser.add_argument("--state", type=Path, default=STATE, help="the file that keeps the count")
    parser.add_argument("--fresh", action="store_true", help="forget earlier runs")
    arguments = parser.parse_args()
    if arguments.fresh:
        arguments.state.unlink(missing_ok=True)
    progress = Progress.kept_in(arguments.state)
    run = begin_run()
    try:
        stack = WorkerStack(run, shared_services(run), "main")
        try:
            asyncio.run(_run(stack, progress, arguments))
        except AssertionError as broken:
            print(f"a promise was broken after {progress.kills} kills:\n{broken}", file=sys.stderr)
            return 1
        finally:
            stack.close()
    finally:
        end_run(run)
    _report(progress, arguments.kills)
    return 0


if __name__ == "__main__":
    sys.exit(main())
