"""Loading code in one go."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["loading"]


@contextmanager
def loading(loaded: Callable[[], object] = gc.freeze) -> Iterator[None]:
    """Collect no garbage meanwhile: imports leave hardly any, and looking for it takes a quarter of their time.

    What was loaded stays: ``loaded`` is called before collecting begins again, so that no collection need walk it
    while a messenger waits.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        loaded()
    finally:
        if collecting:
            gc.enable()
