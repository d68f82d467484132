"""Where the parts are put together: everything that a worker process owns, each part on its first use.

The one place that knows all capabilities. Functions ask ``worker()`` and call one handler of it; tests build a
``Worker`` of their own with their own settings.
"""

from __future__ import annotations

from shared.kernel.loading import loading

with loading():
    from shared.composition.process import worker
    from shared.composition.worker import Worker

__all__ = ["Worker", "worker"]
