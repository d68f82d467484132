"""``/control``: what the page and tests in other processes do with the simulator, in JSON."""
