"""Price and restock alerts: asking for one by words, by button and by the model, the list of them, and the end."""
