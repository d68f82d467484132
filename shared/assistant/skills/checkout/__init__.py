"""The checkout: from a cart to an order, question by question."""
