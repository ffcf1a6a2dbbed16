"""A run with every analysis as a method. What they are to a type checker says the stub beside this file, which
`scripts/generate_docs.py` writes."""

from __future__ import annotations

from openwork.jobs.judged_run import JudgedRun
from openwork.jobs.measuring import with_analyses


@with_analyses(otherwise=("accuracy", "attention", "interchange", "routes"))
class MeasuredRun(JudgedRun):
    """One model with its task, on an engine. Every analysis that `openwork analyse` lists is a method, with the
    arguments and the words of the analysis: `run.logit_lens()`, `run.pruning(at_least=0.99)`."""
