"""Calling a person: complaints, trouble, questions for the staff, and the way back."""
