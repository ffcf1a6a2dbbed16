"""The learning rate of each epoch, and the weight of what else is in the loss."""

from __future__ import annotations

import math

from openwork.training.recipe import Recipe


def learning_rate(recipe: Recipe, epoch: int) -> float:
    """The rate throughout epoch 0, 1, ...: a linear warm-up to `lr`, then half a cosine from `peak` x `lr` down to 0.

    The step from `lr` to `peak` x `lr` after the warm-up is the original notebook's.
    """
    if recipe.schedule == "constant":
        return recipe.lr
    if epoch < recipe.warmup_epochs:
        return recipe.lr * (epoch + 1) / recipe.warmup_epochs
    rest = max(recipe.epochs - recipe.warmup_epochs, 1)
    return recipe.lr * recipe.peak / 2 * (1 + math.cos(math.pi * (epoch - recipe.warmup_epochs) / rest))


def entropy_weight(recipe: Recipe, epoch: int) -> float:
    """The weight of attention's entropy throughout epoch 0, 1, ...: nothing until two fifths of the epochs are done, by
    when the task should be known, then rising evenly to `attn_entropy` at three fifths."""
    return recipe.attn_entropy * min(1.0, max(0.0, 5 * epoch / recipe.epochs - 2))
