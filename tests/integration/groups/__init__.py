"""A group is many people: what happens there belongs to nobody but the one who asks."""
