"""Photos and voice notes: what stands in a picture, what was said; each input is taken for hostile."""
