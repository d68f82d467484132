"""``./infra/local/up``: start everything, hold one conversation, stay until Ctrl-C (or leave: --detach)."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from types import FrameType

from infra.local.conversation import Exchange, talk_to_demo_bot
from infra.local.demo.talks import hold_talks
from infra.local.errors import StackError
from infra.local.progress import say, step
from infra.local.settings import Choices, telegram_is_simulated
from infra.local.stack import Addresses, Stack
from infra.local.state import DEMO, LOGS

WATCH_SECONDS = 1.0


def main() -> int:
    """Start the stack; 1 when a part does not start, dies, or the bot does not answer."""
    parser = argparse.ArgumentParser(prog="./infra/local/up", description=__doc__)
    parser.add_argument("--detach", action="store_true", help="leave the stack running in the background")
    options = parser.parse_args()
    try:
        stack = Stack(Choices.from_environment())
        return _run(stack, detach=options.detach)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(stack: Stack, *, detach: bool) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    addresses = stack.addresses()
    if addresses is not None and not stack.missing():
        say("The local stack already runs.")
        _show(addresses)
        return 0
    if stack.running():
        with step("ending what an earlier start left"):
            stack.stop()
    try:
        say("Starting Zeta on this machine")
        addresses = stack.start()
        if telegram_is_simulated():
            with step("a first conversation"):
                exchange = talk_to_demo_bot(addresses.simulator)
                if json.loads(DEMO.read_text(encoding="utf-8"))["fresh"]:
                    hold_talks(addresses.simulator)
            _print_conversation(exchange)
        else:
            say("  TELEGRAM_API_URL names the real Telegram: connect your bot and write to it.")
        _show(addresses)
        if detach:
            say("  It runs in the background; ./infra/local/down ends it.")
            return 0
        say("  Ctrl-C ends it.")
        _watch(stack)
    except BaseException:
        # Whatever ends us, nothing may be left running behind.
        _end(stack)
        raise
    return 0


def _watch(stack: Stack) -> None:
    while True:
        time.sleep(WATCH_SECONDS)
        dead = stack.missing()
        if dead:
            raise StackError(f"{', '.join(dead)} ended unexpectedly", remedy=f"read the logs in {LOGS}")


def _end(stack: Stack) -> None:
    say("\nEnding the local stack")
    stack.stop()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _print_conversation(exchange: Exchange) -> None:
    say(f"\n  {exchange.shopper}: {exchange.question}")
    for answer in exchange.answers:
        say(f"  {exchange.bot}: " + answer.replace("\n", "\n    "))


def _show(addresses: Addresses) -> None:
    demo = json.loads(DEMO.read_text(encoding="utf-8"))
    users = ", ".join(user["email"] for user in demo["users"])
    say(f"""
  Chat windows     {addresses.simulator}/
    a shopper      write «хочу красный диван до 250000», press «В корзину», «Оформить заказ»
    the manager    choose «{demo["manager"]}» above: a shopper is waiting; /open lists who
  API reference    {addresses.functions_host}/api/docs
  Log in as        {users}
    password       {demo["password"]}
  Logs             {LOGS}
  A tour           README.md
""")


if __name__ == "__main__":
    sys.exit(main())
