"""How right one model is: the numbers that several analyses share."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.engines import Scores


@dataclass(frozen=True)
class Performance:
    """One model over some inputs, edited or not."""

    loss: float
    """nats, mean over inputs and graded positions"""
    accuracy: float
    """share of graded positions"""
    per_position: tuple[float, ...]
    """share of inputs, for each graded position where any wants an answer"""
    sequences: float
    """share of inputs right at every graded position"""
    margin: float
    """the smallest lead of the right logit over the largest wrong one, anywhere"""

    @classmethod
    def of(cls, scores: Scores) -> Performance:
        """From the scores of a stack of one model."""
        return cls(
            float(scores.loss[0]),
            float(scores.accuracy[0]),
            tuple(map(float, scores.per_position[0])),
            float(scores.sequences[0]) / scores.inputs,
            float(scores.margin[0]),
        )
