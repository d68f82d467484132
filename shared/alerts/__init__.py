"""Alerts: customers are told when a product becomes cheaper, or is there again."""
