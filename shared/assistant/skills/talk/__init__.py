"""Courtesies: greeting, thanks, leave-taking, help."""
