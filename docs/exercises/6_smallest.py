"""Exercise 6: a task with two mistakes."""

import openwork


@openwork.task(x=(5, 3), model={"n_layers": 1}, training={"epochs": 100, "lr": 3e-3, "batch_size": 16})
def smallest(numbers):
    """name the smallest of three numbers"""
    numbers.sort()
    numbers[0]
