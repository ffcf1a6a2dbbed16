"""From a model to a program, a stage a file; `programs/decompiling.py` calls them in order."""
