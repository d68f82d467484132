"""The cart: adding from cards and by words, quantities, taking out, showing it."""
