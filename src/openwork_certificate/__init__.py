"""A checker of openwork's certificates. It imports NumPy alone and nothing of openwork: read `check.py`."""
