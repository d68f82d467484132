"""Recommending products, with a reason for each."""
