"""The model as any capability may ask it: one client, its errors, and its breaker."""
