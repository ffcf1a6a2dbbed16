"""Circuits: what is left when all but some places of a model is replaced, and what an answer can depend on then."""
