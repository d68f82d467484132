"""``./infra/local/status``: what of the local stack runs, and where; 1 when something is missing."""

from __future__ import annotations

import sys

from infra.local.errors import StackError
from infra.local.progress import say
from infra.local.settings import Choices
from infra.local.stack import Stack


def main() -> int:
    """Print one line per part."""
    try:
        stack = Stack(Choices.from_environment())
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    for name, pid in stack.running().items():
        say(f"  {name:<14} runs (process {pid})")
    missing = stack.missing()
    for name in missing:
        say(f"  {name:<14} does not run")
    addresses = stack.addresses()
    if addresses is not None:
        say(f"  Function app   {addresses.functions_host}\n  Chat windows   {addresses.simulator}/")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
