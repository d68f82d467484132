"""The base of what the simulator raises on purpose."""

__all__ = ["SimulatorError"]


class SimulatorError(Exception):
    """Something the simulator refuses or cannot do."""
