"""Exercise 5: what the model does, as a program. A function is a step; its parameters are what it is computed from."""


def digit(x):
    """The digit that each answer is made from."""
    return list(x)


def y(digit):
    """The answers."""
    return [(d + 1) % 4 for d in digit]
