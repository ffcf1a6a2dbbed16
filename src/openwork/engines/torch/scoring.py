"""How right logits are, in float64."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from openwork.tasks import UNASKED


@dataclass(frozen=True)
class Tally:
    """Sums over some inputs of one model; `right` is `[graded]`, `not_numbers` counts inputs."""

    loss: float
    right: Tensor
    sequences: int
    margin: float
    not_numbers: int


def tally(logits: Tensor, answers: Tensor) -> Tally:
    """Of `[input, graded, d_vocab_out]` and `[input, graded]`. An answer is right where its logit is the first largest.

    A logit that is not finite makes its answer wrong and the margin minus infinity; without a second logit the margin
    is infinite.
    """
    known = logits.isfinite().all(-1)
    logits = logits.double()
    loss = F.cross_entropy(logits.flatten(0, 1), answers.flatten(), reduction="sum")
    right = (logits.argmax(-1) == answers) & known
    chosen = logits.gather(-1, answers[..., None])
    others = logits.scatter(-1, answers[..., None], -torch.inf)
    margin = (chosen - others.max(-1, keepdim=True).values)[..., 0].masked_fill(~known, -torch.inf).min()
    return Tally(loss.item(), right.sum(0), int(right.all(-1).sum()), margin.item(), int((~known).any(-1).sum()))


def losses_of(logits: Tensor, answers: Tensor, sets: bool) -> Tensor:
    """`[input, graded]`: cross-entropy, of sets the binary one, averaged over symbols; 0 where no answer is wanted."""
    if not sets:
        return F.cross_entropy(logits.transpose(1, 2), answers, reduction="none", ignore_index=UNASKED)
    symbols = torch.arange(logits.shape[-1], device=logits.device)
    inside = (answers.clamp(min=0)[..., None] >> symbols & 1).to(logits.dtype)
    losses = F.binary_cross_entropy_with_logits(logits, inside, reduction="none").mean(-1)
    return losses * (answers != UNASKED)


def mean_losses(logits: Tensor, answers: Tensor, sets: bool) -> Tensor:
    """`[input]`: the mean over graded positions where an answer is wanted."""
    return losses_of(logits, answers, sets).sum(1) / (answers != UNASKED).sum(1)
