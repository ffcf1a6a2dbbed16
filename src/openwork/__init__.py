"""openwork trains a tiny transformer, opens it up, and explains it in claims tested causally on every input."""
