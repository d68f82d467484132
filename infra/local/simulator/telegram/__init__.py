"""Telegram as the Bot API shows it: methods, updates, entities and keyboards."""
