"""The inbox: webhooks become rows of a dialog, each once, in commit order."""
