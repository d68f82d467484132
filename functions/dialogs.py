"""Dialogs with their histories, and work that was given up."""

from functions._endpoints import Endpoints

dialogs = Endpoints("dialogs")

dialogs.get("list_dialogs", "dialogs", handler="dialogs.list", permission="dialogs:read")
dialogs.get("search_messages", "dialogs/search", handler="dialogs.search", permission="dialogs:read")
dialogs.get("get_dialog", "dialogs/{dialog_id}", handler="dialogs.get", permission="dialogs:read")
dialogs.get("list_messages", "dialogs/{dialog_id}/messages", handler="dialogs.messages", permission="dialogs:read")

failures = Endpoints("failures")

failures.get("list_failures", "failures", handler="failures.list", permission="failures:read")
failures.post(
    "replay_failure", "failures/{failure_id}/replay", handler="failures.replay", permission="failures:write"
)
failures.post(
    "discard_failure", "failures/{failure_id}/discard", handler="failures.discard", permission="failures:write"
)
