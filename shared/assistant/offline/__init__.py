"""The assistant without a model: rules over three languages. Deterministic, and the fallback of the model."""
