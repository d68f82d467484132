"""Availability: whether what is spoken of can be had, and how many pieces."""
