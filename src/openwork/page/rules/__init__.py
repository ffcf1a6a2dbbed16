"""What is right, as a program: so that a page can judge a question that it does not hold, without a line of Python.

A rule is made of the same frozen expressions as a model's program, reads nothing but the question's variables, and
answers as `Task.answers` does; `UNASKED` wherever that is no question. A task without a rule is one whose page says
that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from openwork.page.rules.at_the_end import AT_THE_END
from openwork.page.rules.languages import brackets_rule, language_rule
from openwork.page.rules.running import RUNNING
from openwork.page.rules.written_out import WRITTEN_OUT
from openwork.programs import Program, program_as_json
from openwork.tasks import Task
from openwork.tasks.balanced_brackets import BalancedBrackets
from openwork.tasks.prefixes import Language

MOST_CHARACTERS = 120_000
"""of a rule in a page; longer ones are those of tables that nobody types questions into"""
RULES: Mapping[type[Task], Callable[[Any], Program]] = {
    **AT_THE_END,
    **RUNNING,
    **WRITTEN_OUT,
    BalancedBrackets: brackets_rule,
}
"""by the task's own class: a subclass may answer otherwise"""


def rule_of(task: Task) -> Program | None:
    """The program that answers this task; None where nobody has written one."""
    if isinstance(task, Language):
        return language_rule(task)
    made = RULES.get(type(task))
    return None if made is None else made(task)


def live_rule(task: Task) -> dict[str, Any] | None:
    """The same in plain values; None where there is none, or it is too long for a page."""
    rule = rule_of(task)
    plain = None if rule is None else program_as_json(rule)
    return plain if plain is not None and len(json.dumps(plain)) <= MOST_CHARACTERS else None
