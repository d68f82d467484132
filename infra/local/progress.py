"""What a person sees while something takes its time: each step, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["say", "step"]

WIDTH = 34


@contextmanager
def step(name: str, *, hint: str = "") -> Iterator[None]:
    """Show ``name`` (and ``hint``) at once, and at its end the seconds it took, with ✗ where it failed."""
    began = time.monotonic()
    sys.stdout.write(f"  {name:<{WIDTH}} {f'({hint}) ' if hint else ''}… ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say(f"✗ {time.monotonic() - began:.1f} s")
        raise
    say(f"{time.monotonic() - began:.1f} s")


def say(line: str = "") -> None:
    """One line for the person at the keyboard."""
    print(line, flush=True)
