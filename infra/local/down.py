"""``./infra/local/down``: end the local stack; ``--delete`` also deletes its data."""

from __future__ import annotations

import argparse
import shutil
import sys

from infra.local.errors import StackError
from infra.local.progress import say, step
from infra.local.settings import Choices
from infra.local.stack import Stack
from infra.local.state import CHATS, DEMO, SECRETS


def main() -> int:
    """End every part that runs; 0 also when none does."""
    parser = argparse.ArgumentParser(prog="./infra/local/down", description=__doc__)
    parser.add_argument(
        "--delete", action="store_true", help="delete the database, the queues, the secrets, the chats"
    )
    options = parser.parse_args()
    try:
        stack = Stack(Choices.from_environment())
        if not stack.running():
            say("The local stack does not run.")
        else:
            with step("ending the local stack"):
                stack.stop()
        if options.delete:
            with step("deleting its data"):
                _delete(stack)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _delete(stack: Stack) -> None:
    stack.postgres.destroy()
    for folder in (stack.redis.home, stack.azurite.home, SECRETS, CHATS):
        shutil.rmtree(folder, ignore_errors=True)
    DEMO.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
