"""The exam can fail: of every kind of claim one line after another is broken, and each time some verdict is wrong."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

import pytest

from openwork.claims import KINDS, Claim, comparing, shares, verdict
from openwork.claims.circuits import circuit as circuits_of_nodes
from openwork.claims.circuits import passage
from openwork.claims.circuits import replacement as replacements
from openwork.claims.evidence import AttentionWeights, InterchangeAnswers, NearestAnswer, Predictions, readout
from openwork.claims.evidence.split_distance import Distance
from openwork.claims.kinds import decompiles, sufficient
from openwork.data import keep_forced
from openwork.engines import choose_engine
from openwork.testing.known_circuits import Answer, known_circuits, sit

CIRCUITS = known_circuits()
ENGINE = choose_engine(CIRCUITS[0].stack.spec, "native", 1).engine


@dataclass(frozen=True)
class Mutant:
    """A judge that is broken in one line of `function`; what it then does, in words."""

    kind: str
    does: str
    function: Any
    line: str
    broken: str


def kind(name: str) -> Any:
    return KINDS[name]


GUESSED = "self.threshold <= self.guess"
MUTANTS = (
    Mutant(
        "accuracy",
        "takes every answer for right",
        kind("accuracy").find,
        "right = answers == context.subject.inputs.answers",
        "right = answers == answers",
    ),
    Mutant(
        "accuracy",
        "looks at all outputs, whichever are asked about",
        kind("accuracy").find,
        "right[:, group]",
        "right",
    ),
    Mutant("attends", "looks the other way", AttentionWeights.measure, "queries, keys]", "keys, queries]"),
    Mutant(
        "attends", "confirms where attention is low", kind("attends").find, '">=", self.at_least', '"<=", self.at_least'
    ),
    Mutant("attends", "always looks at head 0", AttentionWeights.measure, "self.head,", "0,"),
    Mutant(
        "carries",
        "lets the answer leak from a teacher-forced output",
        InterchangeAnswers.measure,
        "source if self.kept else changed",
        "changed",
    ),
    Mutant(
        "carries",
        "keeps the question too",
        keep_forced,
        "tokens[:, forced] = base.tokens[:, forced]",
        "tokens[:, 1:] = base.tokens[:, 1:]",
    ),
    Mutant("carries", "patches every position", kind("carries")._cases, "or None", "and None"),
    Mutant(
        "carries",
        "patches one of several components",
        kind("carries")._cases,
        "for part in parts",
        "for part in parts[:1]",
    ),
    Mutant(
        "carries",
        "is content when the prediction changes, whatever it becomes",
        kind("carries").find,
        "interchanged.found == interchanged.wanted",
        "interchanged.found != context.subject.inputs.answers[:, context.task.outputs.index(case.output)]",
    ),
    Mutant(
        "carries",
        "counts pairs whose answer stays the same",
        kind("carries").find,
        "interchanged.wanted != UNCHANGED",
        "interchanged.wanted >= UNCHANGED",
    ),
    Mutant(
        "carries",
        "takes values from questions that the model gets wrong",
        InterchangeAnswers.measure,
        "if context.only_right",
        "if False",
    ),
    Mutant("carries", "skips an alternative", InterchangeAnswers.measure, "range(1, ", "range(2, "),
    Mutant(
        "decompiles",
        "counts every pair as followed",
        decompiles.judged_line,
        "line.variable, *least,",
        "line.variable, least[1], least[1],",
    ),
    Mutant(
        "proved",
        "takes what is not proved for proved",
        kind("proved").find,
        "proof.proved / proof.inputs",
        "1.0",
    ),
    Mutant(
        "implements",
        "is content with one right answer of all",
        kind("implements").find,
        "(interchanged == wanted).all(axis=1)",
        "(interchanged == wanted).any(axis=1)",
    ),
    Mutant(
        "implements",
        "takes base for source",
        kind("implements").find,
        "bases.tolist(), sources.tolist()",
        "sources.tolist(), bases.tolist()",
    ),
    Mutant(
        "implements",
        "counts pairs in which nothing changes",
        kind("implements").find,
        "count_part(str(aligned), followed, int(changed.sum()),",
        "count_part(str(aligned), int((~changed | right).sum()), len(right),",
    ),
    Mutant(
        "implements",
        "lets sources near by differ in anything",
        kind("implements")._parts,
        'if self.sources == "any"',
        "if True",
    ),
    Mutant(
        "learns",
        "takes the rate for the truth",
        kind("learns").find,
        "self.at_least, interval)",
        "self.at_least)",
    ),
    Mutant(
        "learns",
        "takes a model that was right once for one that is right",
        kind("learns").find,
        'if self.when == "ever"',
        "if True",
    ),
    Mutant("linear", "replaces nothing", kind("linear")._edited, "Predictions(", "Predictions() or ("),
    Mutant("linear", "mistakes what breaks for what stays", kind("linear")._bound.fget, '"<="', '">="'),
    Mutant("necessary", "mistakes what stays for what breaks", kind("necessary").bound.fget, '"<="', '">="'),
    Mutant("necessary", "replaces by zero where the mean is asked for", replacements._edit, "else Mean(", "else Zero("),
    Mutant(
        "necessary",
        "replaces one of several components",
        replacements.Replacement._edited,
        "together(context.spec, names))",
        "together(context.spec, names)[:1])",
    ),
    Mutant(
        "necessary", "replaces the whole layer for a head", replacements._edit, "None, component.heads", "None, None"
    ),
    Mutant("unnecessary", "mistakes what breaks for what stays", kind("unnecessary").bound.fget, '">="', '"<="'),
    Mutant(
        "unnecessary",
        "replaces by the mean where another input is asked for",
        replacements._edit,
        "return Patch(*where, source=OTHER)",
        "return Mean(*where)",
    ),
    Mutant(
        "unnecessary",
        "takes each input for the other input",
        Predictions._others,
        "drawn_rows(self.seed, context.inputs, context.inputs)",
        "np.arange(context.inputs)",
    ),
    Mutant("reads-out", "forgets the final norm", NearestAnswer.measure, "if self.way.after_norm", "if False"),
    Mutant("reads-out", "reads in the other basis", readout._directions, 'way.basis == "W_U"', 'way.basis != "W_U"'),
    Mutant("reads-out", "takes lengths into a cosine", readout._directions, 'way.measure == "cosine"', "False"),
    Mutant("split", "confirms the opposite", kind("split").find, '"<=" if self.shuffled', '">=" if self.shuffled'),
    Mutant("split", "looks at the most even variable", Distance.largest.fget, "max(", "min("),
    Mutant("sufficient", "resamples what is named", circuits_of_nodes.outside, "not in named", "in named"),
    Mutant("sufficient", "resamples nothing", circuits_of_nodes.outside, "if positions", "if False"),
    Mutant("sufficient", "takes a node at a role for one everywhere", sufficient._nodes_at, "if p.role", "if False"),
    Mutant(
        "sufficient",
        "lets the embedding into every edge",
        circuits_of_nodes._stream,
        "if away else []",
        "if False else []",
    ),
    Mutant(
        "sufficient",
        "takes senders from the other input always",
        circuits_of_nodes._stream,
        "homes.get(node, OTHER)",
        "OTHER",
    ),
    Mutant("necessary", "takes guessing for knowing", shares.known_part, "if stays and", "if False and"),
    Mutant(
        "reads-out",
        "reads among those answers only that are left",
        NearestAnswer.measure,
        "if subject.asked is None else subject.asked",
        "",
    ),
    *(
        Mutant(name, "takes guessing for something said", verdict.Case.vacuous.fget, GUESSED, "False")
        for name in ("accuracy", "reads-out", "unnecessary")
    ),
    Mutant(
        "necessary", "takes what nothing could fail for said", verdict.Case.trivial.fget, "self.threshold >= 1", "False"
    ),
    Mutant("carries", "takes the only way for a way", kind("carries")._forced, "ONLY_WAY if", "'' if"),
    Mutant("carries", "takes what reaches nothing for no way", kind("carries")._forced, "NEVER_REACHED if", "'' if"),
    Mutant(
        "carries",
        "thinks that a position sees nothing but itself",
        passage._Wiring._seen_from,
        "return frozenset(range(first, self.n_pos))",
        "return positions",
    ),
    Mutant(
        "carries",
        "takes one patched head for all",
        passage._Wiring.at,
        "if head is None or e.heads is None or head in e.heads",
        "",
    ),
    Mutant(
        "sufficient",
        "takes what is left out of nothing for enough",
        sufficient.Sufficient._forced,
        "if not wanted.takes",
        "if False",
    ),
    Mutant(
        "reads-out",
        "takes the model itself for a reading",
        kind("reads-out").find,
        "if self._is_the_model(context):\n        parts",
        "if False:\n        parts",
    ),
    Mutant("implements", "takes the only way for a way", kind("implements")._forced, "ONLY_WAY if", "'' if"),
    Mutant(
        "implements",
        "takes every place for one that holds the variable",
        kind("implements")._held_parts,
        "isnan(h.by_values)",
        "True",
    ),
    Mutant("implements", "takes luck for knowledge", comparing._lucky, "return 1 - unlucky", "return 0.0"),
    Mutant("attends", "asks no untrained model", comparing._beside, "and judged.met_by_control", "and False"),
    Mutant("necessary", "asks no untrained model", comparing._beside, "and judged.met_by_control", "and False"),
    *(
        Mutant(name, "judges a model that is wrong", Claim._unsolved, "if right.all()", "if right.any()")
        for name, claim in sorted(KINDS.items())
        if claim.about_mechanism
    ),
)


def test_every_kind_has_a_mutant():
    assert {mutant.kind for mutant in MUTANTS} == set(KINDS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.kind} {m.does}")
def test_a_broken_line_turns_the_exam_red(mutant, monkeypatch):
    assert not misjudged_when_whole(mutant.kind)
    monkeypatch.setattr(mutant.function, "__code__", broken(mutant))
    assert any(misjudged(mutant.kind))


def misjudged(kind: str) -> Iterator[Answer]:
    """The claims of this kind that come out wrong. A judge that raises is caught without an exam."""
    return (answer for answer in sit(ENGINE, CIRCUITS, kind) if not answer.right)


@cache
def misjudged_when_whole(kind: str) -> tuple[Answer, ...]:
    """The same of the judge as it is."""
    return tuple(misjudged(kind))


def broken(mutant: Mutant) -> CodeType:
    """The function's code with the line broken."""
    function: Callable[..., Any] = mutant.function
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(mutant.line) == 1, f"{mutant.line!r} is not, once, in {function.__qualname__}: break another"
    tree = ast.parse(source.replace(mutant.line, mutant.broken))
    assert isinstance(tree.body[0], ast.FunctionDef)
    tree.body[0].decorator_list.clear()
    scope = dict(function.__globals__)
    exec(compile(tree, inspect.getfile(function), "exec"), scope)
    return scope[function.__name__].__code__
