"""Triggers: one blueprint a capability. A function reads the request, calls one handler, shapes the answer."""
