"""Uses what was added, as the product uses its own; ends with an error where something is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import openwork
from openwork import analyses, claims, tasks
from openwork.claims import Outcome, check, parse_claims
from openwork.claims.context import Context
from openwork.cli.analysis_view import analysis_view, arguments
from openwork.cli.app import run
from openwork.cli.reference import analysis_reference, command_reference
from openwork.cli.task_pages import task_pages
from openwork.jobs.opened import open_run
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.report import sections_of
from openwork.runs import Store
from openwork.testing import check_task
from openwork.training import Experiment, named_experiment, recipe

assert Path(openwork.__file__).is_relative_to(Path.cwd()), openwork.__file__

task = tasks.make_task("minimum")
check_task(task)
assert tasks.Minimum.__name__ in tasks.__all__ and "minimum" in task_pages({})
usual = named_experiment("minimum")
with Store.open(Path("kept runs")) as store:
    quick = Experiment(task, usual.spec, recipe(epochs=1), usual.split)
    opened = open_run(train_seeds(quick, [0], Setting(store))[0], Setting(store))

assert "factor" in {option.name for option in analysis_view("worst-loss").options}
shown = opened.worst_loss(**arguments(analysis_view("worst-loss"), ["factor=3"])).result
assert isinstance(shown, analyses.WorstLoss) and "worst-loss" in analysis_reference()
(section,) = sections_of([shown])
assert section.anchor == "accuracy" and "Worse than it is" in str(section)

asserted = parse_claims('[[claim]]\nid = "a"\nkind = "answers-something"\nsays = "It does."\n', task, usual.spec, "f")
(verdict,) = check(asserted, Context(opened.subject))
assert isinstance(asserted[0], claims.AnswersSomething) and isinstance(verdict.outcome, Outcome)

assert "## echo" in command_reference() or "openwork echo" in command_reference()
sys.exit(run(["echo", "added"]))
