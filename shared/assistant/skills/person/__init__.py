"""What the shop knows of a person: told, corrected, forgotten."""
