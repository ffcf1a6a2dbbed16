"""The census: every seed of an experiment trained, and the program of each solved one found, compared and proved.

What is in the store is not done again, so a census that was stopped at any moment goes on where it was. `counting` is
what a command calls; before it, `cost` says what is left to do.
"""
