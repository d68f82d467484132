"""The whole of Zeta on one machine: ``up``, ``down``, ``status`` and ``test``."""
