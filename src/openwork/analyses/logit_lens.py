"""The logit lens: what the model would answer if it ended at a residual stream.

At every graded position the stream goes through the model's own final norm, its scale computed from this very stream,
and the unembedding (nostalgebraist 2020). At the last stream that is the model's own answer. What an earlier stream
holds in directions that the unembedding does not read is not seen: a low share says that the answer cannot be read this
way, not that it is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject
from openwork.analyses.unembedding import log_softmax, logits_of, residual_streams
from openwork.errors import PlanError, Reason
from openwork.models import site_named

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LogitLens(Result):
    """How well each residual stream answers; arrays are `[site, output]`.

    Attributes:
        sites: residual streams, in the order of the forward pass.
        outputs: what each graded position predicts.
        right: share of inputs whose largest logit, of all that the model can answer, is the right answer's (a tie is
            wrong).
        probability: of the right answer, mean over inputs.
        inputs: how many.
    """

    sites: tuple[str, ...]
    outputs: tuple[str, ...]
    right: Floats
    probability: Floats
    inputs: int
    forward_rows: int

    @property
    def title(self) -> str:
        return f"Logit lens on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        said = ", ".join(f"{s} {percent(float(r.mean()))}" for s, r in zip(self.sites, self.right, strict=True))
        return f"Answers right if the model ended there: {said}."

    def records(self) -> list[Record]:
        return [
            {
                "site": site,
                "output": output,
                "right": float(self.right[s, o]),
                "probability": float(self.probability[s, o]),
            }
            for s, site in enumerate(self.sites)
            for o, output in enumerate(self.outputs)
        ]


def logit_lens(subject: Subject, sites: Sequence[str] | None = None) -> LogitLens:
    """Each of these streams, by default all, over all of the subject's inputs; costs one forward row per input.

    Raises:
        PlanError: a site that does not exist or is no residual stream; with every reason.
    """
    chosen = residual_streams(subject) if sites is None else _checked(subject, sites)
    right, probability = np.zeros((2, len(chosen), len(subject.inputs.graded)))
    graded = list(subject.inputs.graded)
    for trace in subject.blocks(*chosen):
        answers = subject.inputs.symbols[trace.start : trace.start + trace.logits.shape[1], :, None]
        for s, site in enumerate(chosen):
            values = trace.captures[site][0][:, graded].astype(np.float64)
            logs = log_softmax(logits_of(subject, values))
            own = np.take_along_axis(logs, answers, axis=-1)
            right[s] += ((logs >= own).sum(axis=-1) == 1).sum(axis=0)
            probability[s] += np.exp(own[..., 0]).sum(axis=0)
    n = len(subject.inputs)
    return LogitLens(chosen, subject.task.outputs, right / n, probability / n, n, n)


def _checked(subject: Subject, names: Sequence[str]) -> tuple[str, ...]:
    sites, reasons = [], [] if names else [Reason("sites", "none is given")]
    for name in names:
        try:
            site = site_named(subject.spec, name)
        except PlanError as error:
            reasons += error.reasons
            continue
        sites.append(site.name)
        if "hook_resid" not in site.name and site.name != "hook_embed":
            advice = "name one such as blocks.0.hook_resid_post"
            reasons.append(Reason(name, "is not a residual stream", advice))
    if reasons:
        raise PlanError("no logit lens there", reasons)
    return tuple(dict.fromkeys(sites))
