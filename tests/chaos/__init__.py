"""Proof that nothing is lost: real workers, services and messengers, and whatever can go wrong between them."""
