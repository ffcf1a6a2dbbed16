"""The words of a report, for who meets them here first."""

from __future__ import annotations

from openwork.report.parts import Fold, Part, Table, columns

WORDS = (
    ("output", "One symbol of the answer, such as y[0]. The position that predicts it is a graded position."),
    ("`blocks.0`", "The first layer: its attention, `attn`, then its MLP, `mlp`. `blocks.1` is the second."),
    ("attention", "Moves information between positions. A head weighs all earlier positions; its weights add up to 1."),
    ("MLP", "Works on each position alone, and is the one part that is not linear."),
    ("residual stream", "The vector at each position that every part reads from and adds to."),
    (
        "`hook_resid_pre`",
        "The stream before a layer; `hook_resid_mid` after its attention, `hook_resid_post` after its MLP.",
    ),
    ("`W_E`, `W_U`", "Embedding: a direction for each symbol read. Unembedding: a direction for each answer."),
    ("logit", "The number that the model gives an answer; the largest wins."),
    ("ablation", "A part's output is replaced: by zero, by its mean, or (resample) by that of another input."),
    ("interchange", "One part's output is taken from a run on another input, to see whether the answer follows it."),
    ("held out", "Inputs that training never saw."),
)


def words() -> Part:
    """A list of words, folded away."""
    return Fold("New to this? The words used here", (Table(columns("", ""), WORDS),))
