"""The right answer can be read off the residual stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from functools import partial
from typing import Any, ClassVar, Literal

from openwork.analyses import Way, exact_percent, percent
from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Reading
from openwork.claims.evidence import NearestAnswer
from openwork.claims.examples import unedited, wrong_answers
from openwork.claims.places import filled, unknown_names
from openwork.claims.shares import known_part
from openwork.claims.verdict import Effect
from openwork.claims.wording import MEASURE_MORE, advice, holding, told
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, site_named
from openwork.tasks import Task


class ReadsOut(Claim):
    """For each output, the answer symbol nearest to `site` at its graded position is right on `at_least` of inputs.

    The candidates are the symbols that occur as answers, so guessing among four gets 25 %.

    Evidence: the site on every input.

    Cost: one forward row for each input, shared by all outputs.

    Refuted by: a smaller share of inputs at every output.

    Example::

        [[claim]]
        id = "nearest-unembedding"
        kind = "reads-out"
        says = "After the final norm the answer's column of the unembedding is the nearest, by cosine."
        site = "blocks.1.hook_resid_post"
        basis = "W_U"
        after_norm = true
        measure = "cosine"
        at_least = 0.99
    """

    kind: ClassVar[str] = "reads-out"
    about_mechanism: ClassVar[bool] = True

    site: str
    """for example `blocks.1.hook_resid_post`"""
    basis: Literal["W_E", "W_U"] = "W_U"
    """rows of the embedding, or columns of the unembedding"""
    measure: Literal["cosine", "logit"] = "cosine"
    """nearest by the angle, or by the scalar product"""
    after_norm: bool = False
    """apply the final norm to the site first"""
    output: str = ""
    """which output, for example `y[i]`; every one unless given"""
    each: Each = ()
    at_least: Share = 0.99
    """share of inputs"""

    def words(self) -> str:
        """From the fields."""
        share = exact_percent(self.at_least)
        return f"the right answer is nearest to {self.site} by {self._way} on at least {share} of inputs"

    @property
    def _way(self) -> Way:
        return Way(self.basis, self.after_norm, self.measure)

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """An unknown or unsuitable site, outputs that the task does not have, answers without an embedding."""
        if spec is not None:
            yield from self._site_misfits(spec)
        if self.output:
            yield from unknown_names(self.each, task, {"output": self.output}, task.outputs)
        elif self.each:
            yield Reason("for", "nothing is quantified", "give an output, for example y[i], or leave it out")
        unseen = set(task.answer_vocabulary.symbols) - set(task.vocabulary.symbols)
        if self.basis == "W_E" and unseen:
            yield Reason("basis", f"answers {sorted(unseen)} have no embedding", "use W_U")

    def _site_misfits(self, spec: ModelSpec) -> Iterable[Reason]:
        try:
            site = site_named(spec, self.site)
        except PlanError as error:
            yield from (Reason("site", f"{self.site}: {r.what}", r.mend) for r in error.reasons)
            return
        if site.axes != ("pos", "d_model"):
            yield Reason("site", f"{self.site} has axes {site.axes}", "give one of d_model numbers at each position")
        elif self.after_norm and site.name.endswith("hook_normalized"):
            yield Reason("after_norm", f"{self.site} is normalised already", "leave after_norm out")

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The nearest symbol at every graded position."""
        return (NearestAnswer(site_named(context.spec, self.site).name, self._way),)

    def _as_the_model(self, context: Context) -> bool:
        """Whether it reads the way that the model reads its last stream."""
        return self.basis == "W_U" and (self.after_norm or context.spec.normalization_type is None)

    def _is_the_model(self, context: Context) -> bool:
        """Whether what it reads are the model's own logits."""
        last = site_named(context.spec, self.site).name == f"blocks.{context.spec.n_layers - 1}.hook_resid_post"
        return last and self.measure == "logit" and self._as_the_model(context)

    def find(self, context: Context) -> Finding:
        """Shares, and inputs that are read wrongly."""
        nearest: Any = context.evidence(self.needs(context)[0])
        names = [name for (name,) in filled(self.each, context.task, (self.output,))] if self.output else ()
        outputs = [context.task.outputs.index(name) for name in names or context.task.outputs]
        right = nearest == context.subject.inputs.symbols
        parts = tuple(known_part(context, context.task.outputs[o], nearest, [o], ">=", self.at_least) for o in outputs)
        if self._is_the_model(context):
            parts = tuple(replace(p, forced=ITSELF) for p in parts)
        share = float(right[:, outputs].mean())
        sentence = (
            f"Reading {self.site} by {self._way} finds the right answer {percent(share)} of the time, at least "
            f"{exact_percent(self.at_least)} {holding(parts, 'outputs')}: {told(parts, percent)}."
        )
        failing = [o for o, judged in zip(outputs, parts, strict=True) if not judged.holds]
        look = Reading(site_named(context.spec, self.site).name, *astuple(self._way))
        against = wrong_answers(context, nearest, failing, "nearest is", partial(unedited, look=look))
        says = ADVICE
        if self._as_the_model(context):
            says = ADVICE_ITSELF if self._is_the_model(context) else ADVICE_AS_THE_MODEL
        return Finding(parts, sentence, Effect(share, "share of answers read right"), against, says)


ITSELF = "so the model itself answers, and one that is right could not fail this"
CONFIRMED = "The answer is there to be read; that the model reads it so needs an intervention."
MIXED = "Some outputs are written in this basis and others are not: claim it for those that are."
ADVICE = advice(
    confirmed=CONFIRMED,
    refuted="Read it as the model does: after the final norm, with the unembedding.",
    mixed=MIXED,
    undecided=MEASURE_MORE,
)
ADVICE_ITSELF = advice(
    confirmed="Read an earlier site, or by cosine.",
    refuted="The model itself answers so: look at the outputs that it gets wrong.",
    mixed=MIXED,
    undecided=MEASURE_MORE,
)
ADVICE_AS_THE_MODEL = advice(
    confirmed=CONFIRMED,
    refuted="The answer is not written here yet: read a later site, or by logits, which keep lengths and biases.",
    mixed=MIXED,
    undecided=MEASURE_MORE,
)
