"""Rules of tasks with one answer about all of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openwork.page.rules.wording import asked, rule, total
from openwork.programs import Program
from openwork.programs.language import Compared, Compose, Constant, Either, Largest, Modulo, Times
from openwork.tasks import Task
from openwork.tasks.majority import Majority
from openwork.tasks.maximum import Maximum
from openwork.tasks.modular_addition import ModularAddition
from openwork.tasks.modular_polynomial import ModularPolynomial
from openwork.tasks.palindrome import Palindrome
from openwork.tasks.parity import Parity
from openwork.tasks.permutation_composition import PermutationComposition


def maximum(task: Maximum) -> Program:
    return rule(task, [Largest(tuple(asked(task)))])


def majority(task: Majority) -> Program:
    """0 or 1, and 2 where both occur alike."""
    twice, length = Times(Constant(2), total(asked(task))), Constant(task.length)
    return rule(task, [Either(Compared(twice, "==", length), Constant(2), Compared(length, "<", twice))])


def parity(task: Parity) -> Program:
    return rule(task, [Modulo(total(asked(task)), 2)])


def modular_addition(task: ModularAddition) -> Program:
    return rule(task, [Modulo(total(asked(task)), task.p)])


def modular_polynomial(task: ModularPolynomial) -> Program:
    a, b = asked(task)
    k = {name: Constant(number) for name, number in task.coefficients.items()}
    terms = [Times(k["aa"], Times(a, a)), Times(k["ab"], Times(a, b)), Times(k["bb"], Times(b, b))]
    return rule(task, [Modulo(total([*terms, Times(k["la"], a), Times(k["lb"], b), k["one"]]), task.p)])


def permutation_composition(task: PermutationComposition) -> Program:
    after, first = asked(task)
    return rule(task, [Compose(after, first, task.n)])


def palindrome(task: Palindrome) -> Program:
    x = asked(task)
    differ = total([Compared(x[i], "!=", x[-1 - i]) for i in range(len(x) // 2)])
    return rule(task, [Compared(differ, "==", Constant(0))])


AT_THE_END: Mapping[type[Task], Callable[[Any], Program]] = {
    Maximum: maximum,
    Majority: majority,
    Parity: parity,
    ModularAddition: modular_addition,
    ModularPolynomial: modular_polynomial,
    PermutationComposition: permutation_composition,
    Palindrome: palindrome,
}
