"""Work that was given up: replayed or discarded by a person."""

from functions._endpoints import Endpoints

failures = Endpoints("failures")

failures.get("list_failures", "failures", handler="failures.list", permission="failures:read")
failures.get("get_failure", "failures/{failure_id}", handler="failures.get", permission="failures:read")
failures.post(
    "replay_failure", "failures/{failure_id}/replay", handler="failures.replay", permission="failures:write"
)
failures.post(
    "discard_failure", "failures/{failure_id}/discard", handler="failures.discard", permission="failures:write"
)
