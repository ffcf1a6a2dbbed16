"""Rules of languages: an automaton's state after each symbol, and what may follow there; and of balanced brackets."""

from __future__ import annotations

from openwork.page.rules.wording import asked, rule
from openwork.programs import Program
from openwork.programs.language import ABSENT, Constant, Expression, Name, Scan, Table
from openwork.tasks.automaton import DEAD
from openwork.tasks.balanced_brackets import CLOSE, END, OPEN, PAD, BalancedBrackets
from openwork.tasks.prefixes import Language


def language_rule(task: Language) -> Program:
    """What may follow at the last symbol, which is the one before nothing but pads; elsewhere nothing is asked."""
    steps = [(int(s), int(c), int(to)) for s, row in enumerate(task.automaton.steps) for c, to in enumerate(row)]
    onward = tuple(row for row in steps if row[2] != DEAD)
    following = [(state, int(sets)) for state, sets in enumerate(task.following)]
    x = asked(task)
    states: dict[str, list[Expression]] = {"state0": [Constant(0)]}
    for at, symbol in enumerate(x):
        states[f"state{at + 1}"] = [Table((Name(f"state{at}"), symbol), onward)]
    for at in reversed(range(len(x))):
        after = Name(f"ended{at + 1}") if at + 1 < len(x) else Constant(1)
        states[f"ended{at}"] = [Table((x[at], after), ((task.pad_token, 1, 1),))]
    asking = tuple((state, 1, sets) for state, sets in following)
    answers = [Table((Name(f"state{at}"), Name(f"ended{at}")), asking) for at in range(len(x))]
    return rule(task, [*answers, Table((Name(f"state{len(x)}"),), tuple(following))], states)


def brackets_rule(task: BalancedBrackets) -> Program:
    """How many are open, until one closes that none has opened; then whether the text has ended, and how.

    States: 0 before the first bracket, 1 + h with h open, then lost, balanced, unbalanced, and no question.
    """
    lost, yes, no, none = (task.length + extra for extra in (2, 3, 4, 5))
    heights = range(task.length + 1)
    steps = [(0, OPEN, 2), (0, CLOSE, lost), (0, END, none), (0, PAD, none)]
    steps += [(1 + h, OPEN, 2 + h) for h in heights[:-1]]
    steps += [(1 + h, CLOSE, h if h else lost) for h in heights]
    steps += [(1 + h, END, no if h else yes) for h in heights]
    steps += [(state, PAD, none) for state in (*(1 + h for h in heights), lost)]
    steps += [(lost, END, no)]
    steps += [(state, token, none) for state in (yes, no) for token in (OPEN, CLOSE, END)]
    ends = ((yes, 1), (no, 0), *((state, ABSENT) for state in (0, *(1 + h for h in heights), lost, none)))
    return rule(task, [Table((Scan(tuple(asked(task)), tuple(steps)),), ends)])
