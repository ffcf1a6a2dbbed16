"""Direct logit attribution: how much each component adds to the right answer's logit, by itself and at once.

The logits are the sum over all that was written into the last residual stream, once the scale of the final norm is held
at what it was on each input (as TransformerLens does; Elhage et al. 2021). Each part's share is what it wrote at the
graded position, centred as the norm does, over that scale, times the norm's weights and the difference of two columns
of the unembedding: the right answer's, and what it is compared with. What a part does through later parts is not here;
patching tells that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject
from openwork.engines import Trace
from openwork.errors import PlanError, Reason, suggestion
from openwork.models import ModelSpec, site_named, sites_of

Floats = NDArray[np.float64]
Against = Literal["mean", "runner-up"]
COMPARED: dict[Against, str] = {"mean": "the mean of the other answers", "runner-up": "the largest other answer"}


@dataclass(frozen=True, eq=False)
class LogitAttribution(Result):
    """What each component adds to the logit difference at each output; arrays are `[component, output]`.

    Attributes:
        components: the embeddings, every head, every attention layer's bias, every MLP with its bias, the final norm's
            bias and the unembedding's.
        outputs: what each graded position predicts.
        against: what the right answer's logit is compared with, among the answers that occur: their mean without it, or
            the largest of them on each input.
        mean: contribution in logits, averaged over inputs.
        sd: its standard deviation over inputs.
        total: `[output]`, mean of the model's own logit difference.
        error: the largest difference, on any input, between the sum of all contributions and the model's own logits.
        inputs: how many.
    """

    components: tuple[str, ...]
    outputs: tuple[str, ...]
    against: Against
    mean: Floats
    sd: Floats
    total: Floats
    error: float
    inputs: int
    forward_rows: int

    @property
    def cancelled(self) -> Floats:
        """`[output]`, share of the mean contributions' sizes that others undo: near 1, single ones say little."""
        size = np.abs(self.mean).sum(axis=0)
        cancelled: Floats = 1 - np.abs(self.mean.sum(axis=0)) / np.where(size > 0, size, 1)
        return cancelled

    @property
    def title(self) -> str:
        return f"Direct logit attribution on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        by: dict[str, list[str]] = {}
        for o, output in enumerate(self.outputs):
            by.setdefault(self.components[int(self.mean[:, o].argmax())], []).append(output)
        said = "; ".join(f"{', '.join(outputs)} by {component}" for component, outputs in by.items())
        kept = 100 * float(np.mean(1 - self.cancelled))
        return (
            f"Raised most, directly: {said}. Of all that components add and take away, {kept:.0f} % is left when they "
            f"are summed, on average over outputs; the sum is the logits' within {self.error:.1g}."
        )

    def records(self) -> list[Record]:
        return [
            {
                "component": component,
                "output": output,
                "mean": float(self.mean[c, o]),
                "sd": float(self.sd[c, o]),
                "total": float(self.total[o]),
            }
            for c, component in enumerate(self.components)
            for o, output in enumerate(self.outputs)
        ]


def logit_attribution(subject: Subject, against: Against = "mean") -> LogitAttribution:
    """Every component at every graded position, over all of the subject's inputs; costs one forward row per input.

    Raises:
        PlanError: `against` is unknown, or only one answer occurs.
    """
    candidates = np.unique(subject.inputs.symbols)
    reasons = []
    if against not in get_args(Against):
        reasons.append(Reason("against", f"unknown: {against!r}", suggestion(str(against), get_args(Against))))
    if len(candidates) < 2:
        reasons.append(Reason("inputs", "only one answer occurs, there is nothing to compare it with"))
    if reasons:
        raise PlanError("cannot attribute", reasons)
    names, sites = _components(subject.spec), _captured(subject.spec)
    shape = (len(names), len(subject.inputs.graded))
    total, squares, whole, error = np.zeros(shape), np.zeros(shape), np.zeros(shape[1]), 0.0
    first: Floats | None = None
    for trace in subject.blocks(*sites):
        rows = slice(trace.start, trace.start + trace.logits.shape[1])
        logits = trace.logits[0].astype(np.float64)
        weights = _weights(candidates, subject.inputs.symbols[rows], logits, against)
        contributions = _contributions(subject, trace, weights)
        own = (logits * weights).sum(axis=-1)
        error = max(error, float(np.abs(contributions.sum(axis=0) - own).max()))
        # Sums around the first input's values, so that a large mean costs the variance no digits.
        first = contributions[:, 0] if first is None else first
        total += (contributions - first[:, None]).sum(axis=1)
        squares += ((contributions - first[:, None]) ** 2).sum(axis=1)
        whole += own.sum(axis=0)
    n = len(subject.inputs)
    sd = np.sqrt(np.maximum(squares / n - (total / n) ** 2, 0))
    mean = total / n + (0 if first is None else first)
    return LogitAttribution(
        components=names,
        outputs=subject.task.outputs,
        against=against,
        mean=mean,
        sd=sd,
        total=whole / n,
        error=error,
        inputs=n,
        forward_rows=n,
    )


def _components(spec: ModelSpec) -> tuple[str, ...]:
    names = [name for name in sites_of(spec) if name in ("hook_embed", "hook_pos_embed")]
    for layer in range(spec.n_layers):
        names += [f"blocks.{layer}.attn.head.{head}" for head in range(spec.n_heads)] + [f"blocks.{layer}.attn.b_O"]
        names += [] if spec.attn_only else [f"blocks.{layer}.mlp"]
    return (*names, *(["ln_final.b"] if spec.normalization_type == "LN" else []), "unembed.b_U")


def _captured(spec: ModelSpec) -> tuple[str, ...]:
    """Sites in the order of `_components`, then the norm's scale."""
    kept = ("hook_embed", "hook_pos_embed", "attn.hook_result", "hook_mlp_out", "ln_final.hook_scale")
    return tuple(name for name in sites_of(spec) if name.endswith(kept))


def _weights(candidates: NDArray[np.int32], answers: NDArray[np.int32], logits: Floats, against: Against) -> Floats:
    """`[input, graded, d_vocab_out]`: the logit difference is the sum of these times the logits."""
    weights = np.zeros_like(logits)
    if against == "mean":
        weights[..., candidates] = -1 / (len(candidates) - 1)
    else:
        others = np.full_like(logits, -np.inf)
        others[..., candidates] = logits[..., candidates]
        np.put_along_axis(others, answers[..., None], -np.inf, axis=-1)
        np.put_along_axis(weights, others.argmax(axis=-1)[..., None], -1, axis=-1)
    np.put_along_axis(weights, answers[..., None], 1, axis=-1)
    return weights


def _contributions(subject: Subject, trace: Trace, weights: Floats) -> Floats:
    """`[component, input, graded]`, in the order of `_components`."""
    spec, graded = subject.spec, list(subject.inputs.graded)
    named = {name: array[0].astype(np.float64) for name, array in subject.stack.named().items()}
    unembed = weights @ named["unembed.W_U"].T
    reads = unembed * named.get("ln_final.w", np.ones(spec.d_model))
    if spec.normalization_type is not None:
        if spec.normalization_type in ("LN", "LNPre"):
            # Centring what was written is centring what reads it.
            reads = reads - reads.mean(axis=-1, keepdims=True)
        reads = reads / trace.captures["ln_final.hook_scale"][0][:, graded]

    def share(written: Floats) -> Floats:
        logits: Floats = np.einsum("...d,...d->...", written, reads)
        return logits

    contributions = []
    for site in _captured(spec):
        if site == "ln_final.hook_scale":
            continue
        written = trace.captures[site][0][:, graded].astype(np.float64)
        if not site.endswith("hook_result"):
            contributions.append(share(written))
            continue
        contributions += [share(written[:, :, head]) for head in range(spec.n_heads)]
        contributions.append(share(named[f"blocks.{site_named(spec, site).layer}.attn.b_O"]))
    contributions += [unembed @ named["ln_final.b"]] if "ln_final.b" in named else []
    return np.stack([*contributions, weights @ named["unembed.b_U"]])
