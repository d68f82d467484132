"""Dialogs with their histories."""

from functions._endpoints import Endpoints

dialogs = Endpoints("dialogs")

dialogs.get("list_dialogs", "dialogs", handler="dialogs.list", permission="dialogs:read")
dialogs.get("search_messages", "dialogs/search", handler="dialogs.search", permission="dialogs:read")
dialogs.get("get_dialog", "dialogs/{dialog_id}", handler="dialogs.get", permission="dialogs:read")
dialogs.get("list_messages", "dialogs/{dialog_id}/messages", handler="dialogs.messages", permission="dialogs:read")
