"""All routes of a model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.pairs import Alternatives, pairs_for
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.means import Means
from openwork.analyses.routes.progress import RoutesProgress
from openwork.analyses.routes.result import Routes
from openwork.analyses.routes.route import Route
from openwork.analyses.routes.screening import SHOWN
from openwork.analyses.routes.search import Search
from openwork.analyses.steps import Watch, silent
from openwork.analyses.subject import Subject
from openwork.data import change_variable
from openwork.errors import PlanError, Reason, suggestion
from openwork.models import n_params
from openwork.tasks import Variable

CARRIES = 0.9
"""share of the answers that can follow from which on a place or a path carries a variable"""
MOST_PAIRS = 2**20
"""pairs for each variable up to which every other value is tried unless chosen otherwise"""
MOST_WORK = 4 * 10**11
"""weights times positions times forward rows, by an estimate, up to which all inputs are taken"""
ROWS, SCREENED = 10, 90
"""forward rows for a pair, about; and for each of the pairs on which a route is sought"""
PROBED = 256
"""inputs whose pairs are counted beforehand"""


def find_routes(
    subject: Subject,
    outputs: Sequence[str] | None = None,
    *,
    at_least: float = CARRIES,
    alternatives: Alternatives | None = None,
    seed: int = 0,
    most_work: float = MOST_WORK,
    every: bool = False,
    watch: Watch = silent,
) -> Routes:
    """The route of every variable to every output that it decides, over all of the subject's inputs.

    Costs about ten forward rows for each pair, of which there is one per output, deciding variable, input and other
    value, and a hundred for each of the first thousand pairs of a route; the result says how many it was. Most rows are
    short: they end at the output and begin at an edit.

    Args:
        subject: the model and inputs.
        outputs: by default all.
        at_least: what counts as carrying: a share of the answers that can follow.
        alternatives: whether a pair is made for every other value of the variable, or for a drawn one; by default every
            one where the pairs of each variable are at most `MOST_PAIRS`.
        seed: of that draw.
        most_work: weights times positions times forward rows; where all inputs would need more, as many are taken, at
            even distances, as need about so much.
        every: take all inputs, whatever that needs.
        watch: told after every sweep how far it is.

    Raises:
        PlanError: an unknown output or a threshold that is none, with every reason.
    """
    _require(subject, outputs, at_least, alternatives)
    variables = [v for v in subject.task.variables if v.values > 1]
    most = len(subject.inputs) * (max((v.values for v in variables), default=1) - 1)
    chosen = alternatives or ("all" if most <= MOST_PAIRS else "one")
    always_right = _always_right(subject)
    if not every:
        subject = _affordable(subject, [v.name for v in variables], chosen, seed, most_work)
    progress = RoutesProgress(watch, [v.name for v in variables], [_work(subject, variable) for variable in variables])
    progress.swept(subject.scores.inputs)
    means = Means(subject, progress.swept)
    found: list[Route] = []
    fixed: list[str] = []
    for number, variable in enumerate(variables):
        progress.variable(number)
        possible = pairs_for(subject, None, variable.name, chosen, seed)
        if not possible and _cannot_change(subject, variable):
            fixed.append(variable.name)
        asked = [pairs for pairs in possible if outputs is None or pairs.output in outputs]
        for which, pairs in enumerate(asked):
            progress.route(pairs.output, which, len(asked), number, _expected(len(pairs)))
            following = Following(subject, pairs, progress.swept, pairs.output in always_right)
            found.append(_route(Search(following, means, at_least), variable))
    progress.end()
    order, size = subject.task.outputs.index, subject.task.domain_size
    routes = tuple(sorted(found, key=lambda route: order(route.output)))
    about = (subject.position_names, len(subject.inputs), size, chosen, at_least, progress.rows)
    return Routes(routes, *about, tuple(fixed))


def _route(search: Search, variable: Variable) -> Route:
    pairs, found = search.following.pairs, search.found()
    about = (pairs.output, pairs.variable, variable.position, pairs.position, len(pairs))
    rates = (found.whole, found.explained, found.kind, found.paths, found.edges)
    return Route(*about, *rates, found.places, found.screened)


def _always_right(subject: Subject) -> set[str]:
    """Outputs that the model gives right on every question of the task."""
    if not subject.whole or subject.asked is not None:
        return set()
    right = subject.scores.right[0] == len(subject.inputs)
    return {output for output, always in zip(subject.task.outputs, right, strict=True) if always}


def _affordable(
    subject: Subject, variables: Sequence[str], alternatives: Alternatives, seed: int, most_work: float
) -> Subject:
    """The subject on as many of its inputs as the work allows."""
    inputs = subject.inputs
    probe = subject.on(inputs.take(_spread(len(inputs), min(PROBED, len(inputs)))))
    probed = [len(p) for name in variables for p in pairs_for(probe, None, name, alternatives, seed)]
    each, rows = (
        [pairs / len(probe.inputs) for pairs in probed],
        most_work / n_params(subject.spec) / subject.task.n_pos,
    )

    most = bisect_right(range(len(inputs) + 1), rows, key=lambda n: sum(_expected(pairs * n) for pairs in each)) - 1
    return subject if most == len(inputs) else subject.on(inputs.take(_spread(len(inputs), max(1, most))))


def _expected(pairs: float) -> float:
    """About how many forward rows a route takes."""
    return ROWS * pairs + SCREENED * min(pairs, 2 * SHOWN)


def _cannot_change(subject: Subject, variable: Variable) -> bool:
    """Whether no input is a question still with another value of this variable alone."""
    changed = change_variable(subject.task, subject.inputs, variable.name)
    return bool((changed.index == subject.inputs.index).all())


def _spread(of: int, n: int) -> NDArray[np.int64]:
    return np.arange(n, dtype=np.int64) * of // n


def _work(subject: Subject, variable: Variable) -> int:
    """About how much there is to do for a variable: as many places as it can reach."""
    return subject.task.n_pos - (variable.position if subject.spec.attention_dir == "causal" else 0)


def _require(subject: Subject, outputs: Sequence[str] | None, at_least: float, alternatives: str | None) -> None:
    known = subject.task.outputs
    reasons = [
        Reason(output, "the task has no such output", suggestion(output, known))
        for output in outputs or ()
        if output not in known
    ]
    if outputs is not None and not outputs:
        reasons.append(Reason("outputs", "none is given", f"for example {known[0]}; leave it out for all"))
    if not 0.5 < at_least <= 1:
        reasons.append(Reason("at_least", f"{at_least} is not above 0.5 and at most 1", f"by default it is {CARRIES}"))
    if alternatives is not None and alternatives not in get_args(Alternatives):
        advice = suggestion(alternatives, get_args(Alternatives))
        reasons.append(Reason("alternatives", f"{alternatives!r} is unknown", advice))
    if reasons:
        raise PlanError("cannot look for routes", reasons)
