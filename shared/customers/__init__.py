"""Customers: one person over several messengers, and the personal data kept about them."""
