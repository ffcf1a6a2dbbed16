"""Programs that a model is held against: read, run, aligned with places of the model, and told apart."""
