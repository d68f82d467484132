"""What the assistant can do, a room for each skill; ``registry.py`` lists them."""
