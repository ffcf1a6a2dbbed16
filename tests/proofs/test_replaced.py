"""Components at their mean: the bounds hold the exact function with the exact mean, against Arb at 200 bits."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flint import arb, ctx
from tests.proofs.conftest import with_weights
from tests.proofs.test_enclosure import LEVELS

from openwork.analyses import Subject, component_named
from openwork.analyses.steps import silent
from openwork.data import dataset_of
from openwork.engines.native import NativeEngine
from openwork.engines.native.enclosure import BallsAt, enclose, width_of
from openwork.errors import PlanError
from openwork.interventions import Mean, Plan
from openwork.models import Stack, n_params, spec_for
from openwork.proofs import GivenAnswers, certificate_of, closer, proof_from_json, prove
from openwork.proofs.certificate import digest
from openwork.proofs.replaced import halved, joined_components, mean_balls
from openwork.tasks import make_task
from openwork_certificate import check as checker
from openwork_certificate import command, edited

FIELDS = dict(n_layers=2, d_model=4, n_heads=2, d_head=3, d_mlp=5)
PLACES = ["blocks.0.attn", "blocks.1.attn.head.1", "blocks.0.mlp", "blocks.0.attn.head.0 + blocks.1.mlp"]


def small(seed: int = 0, size: float = 0.7, **fields) -> Subject:
    """A random model of a task of nine questions."""
    task = make_task("copy", {"base": 3, "length": 2})
    spec = spec_for(task, **FIELDS | fields)
    flat = np.random.default_rng(seed).normal(0, size, (1, n_params(spec))).astype(spec.dtype)
    return Subject.of(NativeEngine(1), Stack(spec, flat), task)


class Recorded(closer._Run):
    """What an Arb pass has at some sites; or puts there, at some of the numbers."""

    def __init__(self, of, put=None):
        super().__init__(of)
        self.seen, self.put = {}, put or {}

    def _at(self, site, x, start):
        self.seen[site] = x
        for columns, mean in self.put.get(site, ()):
            x = x.copy()
            x[:, columns] = mean[: len(x), columns]
        return x


def arb_leads(subject: Subject, components) -> list[tuple[float, float]]:
    """Bounds of every question's lead with the exact mean, in 200 bits."""
    spec, data = subject.spec, subject.inputs
    before, ctx.prec = ctx.prec, 200
    try:
        exact = closer.Exact(spec, {name: array[0] for name, array in subject.stack.named().items()})
        runs = [Recorded(exact) for _ in data.tokens]
        for run, tokens in zip(runs, data.tokens, strict=True):
            run.logits(tokens, data.graded)
        put = {}
        for component in components:
            mean = sum(run.seen[component.site] for run in runs) / arb(len(runs))
            head = component.head
            columns = slice(None) if head is None else slice(head * spec.d_head, (head + 1) * spec.d_head)
            put.setdefault(component.site, []).append((columns, mean))
        asked = [list(zip(data.graded, answers, strict=True)) for answers in data.answers.tolist()]
        return [Recorded(exact, put).lead(tokens, own) for tokens, own in zip(data.tokens, asked, strict=True)]
    finally:
        ctx.prec = before


@pytest.mark.parametrize("names", PLACES)
@pytest.mark.parametrize(
    "fields", [{}, {"normalization_type": "RMS", "act_fn": "gelu"}, {"attention_dir": "bidirectional"}]
)
def test_bounds_hold_the_lead_at_the_true_mean(names, fields):
    subject = small(3, **fields)
    components = joined_components(subject.spec, names)
    balls = mean_balls(subject, NativeEngine(1), components, silent)
    bounds = enclose(NativeEngine(1), subject.stack, subject.inputs, written=balls)
    for row, (low, high) in enumerate(arb_leads(subject, components)):
        assert bounds.lower[row] <= low and high <= bounds.upper[row] and bounds.radius[row] < 1e-6
    for level in LEVELS:
        other = enclose(NativeEngine(2, level), subject.stack, subject.inputs, written=balls)
        assert (other.lower == bounds.lower).all() and (other.radius == bounds.radius).all()


@pytest.mark.parametrize("site", ["blocks.1.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post"])
def test_the_stream_is_read_and_written_too(site):
    """What one input has there, put into another's pass, makes that one's answers of it."""
    subject = small(5)
    engine, data = NativeEngine(1), subject.inputs
    first, other = data.take(np.array([0])), data.take(np.array([4]))
    mid, rad = enclose(engine, subject.stack, other, read=[site]).read[site]
    every = np.ones(mid.shape[1:], bool)
    patched = enclose(engine, subject.stack, first, written=[BallsAt(site, mid, rad, every)])
    own = enclose(engine, subject.stack, data.take(np.array([4])), written=[])
    same = enclose(
        engine, subject.stack, dataset_of(subject.task, np.array([4])), written=[BallsAt(site, mid, rad, every)]
    )
    assert (same.lower == own.lower).all() and np.isfinite(patched.lower).all()
    with pytest.raises(ValueError, match="shape"):
        enclose(engine, subject.stack, data, written=[BallsAt(site, mid[:, 1:], rad[:, 1:], every)])
    assert width_of(subject.spec, site, subject.task.n_pos) == 4


@pytest.mark.parametrize("n", [1, 2, 3, 5, 1000, 1023])
def test_every_number_is_summed_once(n):
    assert halved(np.arange(float(n))) == n * (n - 1) / 2


@pytest.fixture(scope="module")
def spared(tiny):
    """Of a circuit that is right: parts that it does without at their mean, and parts that it needs."""
    spec, names = tiny.spec, []
    for layer in range(spec.n_layers):
        names += [f"blocks.{layer}.attn.head.{head}" for head in range(spec.n_heads)]
        names += [] if spec.attn_only else [f"blocks.{layer}.mlp"]
    proofs = {name: prove(tiny, mean=name) for name in names}
    return {name for name, proof in proofs.items() if proof.whole}, proofs


def test_what_is_proved_is_what_the_engine_runs_and_what_breaks_is_not_proved(tiny, spared):
    """Each part at its mean, as run: right as often as is proved."""
    some, proofs = spared
    assert some and len(some) < len(proofs)
    for name, proof in proofs.items():
        component = component_named(tiny.spec, name)
        run = tiny.score(Plan((Mean(component.site, None, component.heads),)))
        assert int(run.sequences[0]) == proof.as_run.right
        assert proof.proved <= proof.as_run.right <= proof.inputs - proof.n_wrong or proof.n_undecided
        assert (proof.proved == proof.inputs) == (name in some)


def test_a_component_whose_mean_breaks_answers_is_not_proved(model_a):
    broken = prove(model_a, mean="blocks.0.mlp")
    assert broken.n_wrong and broken.proved == broken.as_run.right < broken.inputs and not broken.short
    assert broken.wrong[0].upper < 0


def test_the_statement_names_it_and_is_kept_apart(tiny, spared):
    name = sorted(spared[0])[0]
    proof = spared[1][name]
    assert f"with {name} set to its mean, right on every one" in proof.summary and not proof.short and not proof.plain
    assert f"with {name} set to its mean" in proof.beside
    assert proof_from_json(json.loads(json.dumps(proof.as_json()))) == proof


@pytest.mark.parametrize(
    "names", ["blocks.9.attn", "blocks.0.attn.head.99", "hook_embed", "blocks.0.attn.hook_pattern", "+"]
)
def test_what_is_not_there_or_cannot_be_followed_is_refused(tiny, names):
    with pytest.raises(PlanError):
        prove(tiny, mean=names)


FALSE = {
    "another component": lambda held, some, broken: held.update(mean=[broken]),
    "one more": lambda held, some, broken: held["mean"].append(broken),
    "one that is not there": lambda held, some, broken: held.update(mean=["blocks.7.mlp"]),
    "a head that is not there": lambda held, some, broken: held.update(mean=["blocks.0.attn.head.7"]),
    "none": lambda held, some, broken: held.update(mean=[]),
    "text": lambda held, some, broken: held.update(mean="blocks.0.mlp"),
    "twice": lambda held, some, broken: held["mean"].append(held["mean"][0]),
    "said of the model as it is": lambda held, some, broken: held.pop("mean"),
    "a statement without it": lambda held, some, broken: held.update(
        statement=checker.STATEMENT.format("the right answer")
    ),
    "a larger margin": lambda held, some, broken: (
        held.update(margin=held["margin"] + 1),
        held["found"].update(smallest_lead=held["found"]["smallest_lead"] + 1),
    ),
}


def test_a_certificate_of_it_is_true_and_false_ones_are_refused(tiny, spared, tmp_path, capsys):
    name = sorted(spared[0])[0]
    broken = next(other for other in spared[1] if other not in spared[0])
    true = certificate_of(tiny, spared[1][name])
    path = tmp_path / "a.cert.json"
    path.write_text(json.dumps(true))
    assert command.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "TRUE" in said and f"set to its mean over these inputs: {name}" in said
    for change in FALSE.values():
        held = json.loads(json.dumps(true))
        change(held, name, broken)
        path.write_text(json.dumps(held | {"sha256": digest(held)}))
        assert command.main([str(path)]) in (1, 2)
        assert capsys.readouterr().out.startswith("REFUSED")


def test_the_checkers_mean_holds_ours(tiny, spared):
    name = sorted(spared[0])[0]
    held = certificate_of(tiny, spared[1][name])
    at = edited.means(held)
    [ours] = mean_balls(tiny, NativeEngine(1), joined_components(tiny.spec, name), silent)
    place = name.split(".head")[0]
    shape = ours.mid.shape
    low, high = at(place, (np.full(shape, np.nan), np.full(shape, np.nan)))
    asked = np.arange(shape[1]) >= tiny.inputs.graded[0]  # what nothing hangs on is 0 here
    seen = ours.chosen & asked[:, None]
    least, most = (ours.mid - ours.rad)[0], (ours.mid + ours.rad)[0]
    assert (low[0][seen] <= most[seen]).all() and (high[0][seen] >= least[seen]).all()
    with pytest.raises(checker.Refused, match="edited"):
        checker.check(held)


def test_answers_that_no_model_gives_are_not_proved(tiny):
    """A table that lacks a combination answers with -1, which elsewhere means that nothing is asked."""
    for odd in (-1, 99):
        found = prove(tiny, answers=GivenAnswers("it", lambda data, odd=odd: np.full_like(data.answers, odd)))
        assert found.n_wrong == found.inputs and found.as_run.right == 0
    with pytest.raises(PlanError, match="answers to an input"):
        prove(tiny, answers=GivenAnswers("it", lambda data: data.answers[:, :-1]))
    moved = with_weights(tiny, 0.0)
    assert prove(moved, answers=GivenAnswers("it", lambda data: data.answers)).whole
