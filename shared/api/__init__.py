"""The administrators' JSON API: what endpoints have in common, from the gate to the document on them."""
