"""What we are compared with, each in its own process."""
