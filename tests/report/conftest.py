"""A small model measured in every way, its claims judged, and a string that does harm where it is read as markup."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from openwork import analyses
from openwork.analyses import Result, Subject
from openwork.claims import Context, Trials, Verdict, article_for, check, judge_over_training
from openwork.claims.over_training.checkpoints import Training
from openwork.data import USUAL_INPUTS, DataSplit
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.programs import decompile
from openwork.report import Document, Overview, explanation_document
from openwork.report import parts as p
from openwork.runs import EpochRecord, Run
from openwork.tasks import ModularAddition, ReverseIncrement
from openwork.training import Experiment, Measured, Progress, recipe

HOSTILE = """</style></svg><script>window.harmed=1</script><img src=x onerror="harmed=1">[red]&amp;'\"`"""


@dataclass(frozen=True)
class Measures:
    """Everything that one report shows."""

    subject: Subject
    overview: Overview
    results: tuple[Result, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def document(self) -> Document:
        return explanation_document(self.overview, self.verdicts, self.results)


def progress(epoch: int, right: int, seed: int = 0, of: int = 6, status: str = "finished") -> Progress:
    """An epoch after which `right` of `of` training inputs, and one of two held out, are right."""
    measured = Measured(1 / epoch, right / of, right, of)
    return Progress(seed, epoch, 0.01, 1 / epoch, measured, Measured(1.5 / epoch, right / of, right // 3, 2), status, 9)


@pytest.fixture(scope="session")
def subject() -> Subject:
    task = ReverseIncrement(2, 3)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    return Subject.of(choose_engine(spec).engine, initial_stack(spec, [1]), task)


@pytest.fixture(scope="session")
def measures(subject: Subject) -> Measures:
    experiment = Experiment(subject.task, subject.spec, recipe(epochs=3), DataSplit(held_out=0.25))
    epochs = [progress(1, 2), progress(2, 6), progress(3, 6)]
    results = (
        analyses.learning_curve(epochs),
        analyses.accuracy(subject),
        analyses.find_routes(subject),
        analyses.interchange(subject),
        analyses.attention(subject, 0),
        analyses.attention_examples(subject, 1, [0, 5]),
        analyses.ablation_table(subject),
        analyses.ablate(subject, "blocks.0.mlp"),
        analyses.readout_table(subject),
        analyses.readout(subject, "blocks.1.hook_resid_post"),
        analyses.component_outputs(subject, "blocks.0.mlp", [5]),
        analyses.logit_lens(subject),
        analyses.logit_attribution(subject),
        analyses.activation_patching(subject),
        analyses.path_patching(subject),
        analyses.attribution_patching(subject),
        analyses.pruning(subject, 0.1, positions=True),
        analyses.ov_qk(subject, 0),
        *about_waves(),
    )
    context = Context(subject, experiment, trials=lambda name, seeds: Trials(name, seeds, reached=2, at_end=1))
    results = (*results, over_training(context, experiment, epochs), decompile(subject))
    verdicts = check(article_for(subject.task), context)
    seeds = (epochs[-1], progress(3, 5, seed=1))
    overview = Overview(experiment, "0123456789ab", 0, 8, 8, seeds, "native: small", 1.25)
    return Measures(subject, overview, results, verdicts)


def about_waves() -> tuple[Result, ...]:
    """Of an untrained model that should add modulo 5; none of the others can have such results."""
    task = ModularAddition(5)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    adding = Subject.of(choose_engine(spec).engine, initial_stack(spec, [1]), task)
    source = json.dumps(Experiment(task, spec, recipe(epochs=2), DataSplit(held_out=0.2)).as_json())
    records = (EpochRecord(e.epoch, e.lr, 1.0, e.train, e.held_out, 9, 0.1) for e in (progress(1, 2), progress(2, 6)))
    run = Run("0123456789ab", 0, "finished", 2, "native", "", "", "", source, tuple(records))
    return analyses.fourier(adding), analyses.progress_measures(adding, run, lambda epoch: adding.stack, [1, 2])


def over_training(context: Context, experiment: Experiment, epochs: list[Progress]) -> Result:
    """The article's claims at every epoch; the weights are the same at each, as nothing was trained."""
    records = (EpochRecord(e.epoch, e.lr, e.running_loss, e.train, e.held_out, 9 * e.epoch, 0.1) for e in epochs)
    source = json.dumps(experiment.as_json())
    run = Run("0123456789ab", 0, "finished", 3, "native", "", "", "", source, tuple(records))
    training = Training(run, context, USUAL_INPUTS, lambda epoch: context.subject.stack)
    return judge_over_training(training, article_for(context.task))


@pytest.fixture(scope="session")
def every_part() -> tuple[p.Part, ...]:
    """A part of every kind."""
    table = p.Table(
        p.columns("name", "right", numeric=(1,)), (("`one`", p.Share(0.5)), ("two", p.NOTHING)), "Over 8 inputs."
    )
    line = p.Series("training", (1.0, 2.0, 3.0), (0.1, float("nan"), 1.0))
    quiet = p.Series("others", (1.0, 3.0), (0.2, 0.3), quiet=True)
    curve = p.Curve("Accuracy", (line, quiet), "epoch", "share", marks=(p.Mark(3, "all right"),), caption="A caption.")
    values = ((0.25, float("nan")), (1.0, 0.0))
    heat = p.Heatmap("Weights", values, ("a", "b"), ("c", "a longer label"), "from", "to", outlined=((0, 1),))
    row = p.VerdictRow(
        "REFUTED",
        "a-claim",
        p.Figure("50 %", "of answers"),
        "Answers are right on at least 90 %.",
        "All are right.",
        "Half are.",
        "8 of 8 inputs",
        table,
        ("x = 0: y should be 1",),
        "8 inputs",
        "Say less.",
    )
    inside = (
        p.Heading("Heading"),
        p.Text("Some `code` in text, and W_E."),
        p.Text("openwork tasks", "command"),
        p.Figures((p.Figure("100 %", "right", "of all"),)),
        table,
        curve,
        p.Tracks(
            "Claims",
            (curve, dataclasses.replace(curve, title="Loss", log_y=True, x_range=(0, 3))),
            (
                p.Track("a-claim", tuple(map(p.Moment, range(5), p.MOMENTS, (1, 0.5, 0, 1, 0), "abcde")), "True."),
                p.Track("another", (p.Moment(2, "holds", 1.0, "epoch 2"),), "Never."),
            ),
            "epoch",
            "A caption.",
        ),
        p.Graph(
            "A route",
            (p.DrawnNode("token at a", 0, 0), p.DrawnNode("head at b", 1, 1), p.DrawnNode("answer at b", 1, 2)),
            (p.Arrow(0, 1, 0.5), p.Arrow(1, 2, 1.0), p.Arrow(0, 2, 0.0)),
            ("token", "L0 heads", "answer"),
            ("a", "b"),
            column_title="position",
            caption="Arrows.",
        ),
        p.Beside((heat, dataclasses.replace(heat, title="More", low=-2.0, high=2.0))),
        p.Fold("Details", (p.Text("Small print.", "note"),)),
        p.VerdictList((row, dataclasses.replace(row, outcome="CONFIRMED", id="another"))),
    )
    return (p.Section("A section", "a-section", inside),)


KEPT = {"kind", "align", "outcome", "anchor"}
"""fields whose text is one of a few words, or the name of a place in the page"""


def _poisoned(value: Any, text: str = HOSTILE) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_poisoned(item, text) for item in value)
    if dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return type(value)(**{name: v if name in KEPT else _poisoned(v, text) for name, v in fields.items()})
    return value


@pytest.fixture
def poisoned() -> Callable[..., Any]:
    """Puts a hostile string, or the text given, into every text of a part or a document."""
    return _poisoned


@pytest.fixture
def hostile() -> str:
    return HOSTILE
