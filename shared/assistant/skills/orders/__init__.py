"""Orders of the shopper: where they are, their history, cancelling."""
