"""The outbox: calls to the messenger leave through each dialog's send lane, one at a time, in order."""
