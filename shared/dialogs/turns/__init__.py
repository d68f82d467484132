"""Turns: dialogs with waiting rows are leased, answered and committed, one turn at a time each."""
