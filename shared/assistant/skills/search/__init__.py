"""Looking through the catalogue: search, paging, follow-ups, cards, categories."""
