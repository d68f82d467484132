"""Dialogs: what people write comes in (``inbox``), is answered (``turns``) and the answer leaves (``outbox``)."""
