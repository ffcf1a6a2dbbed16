"""The solution of exercise 6."""

import openwork


@openwork.task(x=(5, 3), model={"n_layers": 1}, training={"epochs": 100, "lr": 3e-3, "batch_size": 16})
def smallest(x):
    """name the smallest of three numbers"""
    return min(x)
