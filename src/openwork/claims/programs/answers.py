"""What a program answers, as a proof holds it against a model: a program that was found, or a file of plain Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.claims.programs.program import GivenProgram
from openwork.claims.programs.values import MOST_TRIED, program_values, tried
from openwork.data import Dataset
from openwork.errors import ClaimError, Reason
from openwork.programs import Program, program_as_json, program_from_json, program_text
from openwork.proofs import GivenAnswers
from openwork.tasks import Task

NO_JSON = "is not a program as `openwork decompile RUN --json` gives it"


def program_in(text: str) -> Program:
    """The program that JSON holds, alone or as `openwork decompile RUN --json` prints it.

    Raises:
        ValueError: there is none in it.
    """
    try:
        held = json.loads(text)
        found = held["program"] if isinstance(held, dict) and "program" in held else held
        if found is None:
            raise ValueError("decompiling found none")
        return program_from_json(found)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"{NO_JSON}: {error}") from error


def is_json(text: str) -> bool:
    """Whether a text is meant as a program itself and not as a file's name."""
    return text.lstrip().startswith("{")


def outputs_misfits(program: Program, task: Task) -> Iterable[Reason]:
    """Symbols at other places, or tokens that are not there, and other outputs than the task's."""
    for symbol in program.symbols:
        place = task.roles.get(symbol.name, symbol.position)
        if place != symbol.position:
            yield Reason("program", f"{symbol.name} is at position {place}, not {symbol.position}")
        elif not 0 <= symbol.position < task.n_pos:
            yield Reason("program", f"{symbol.name} is at position {symbol.position} of {task.n_pos}")
    outputs = tuple(output.name for output in program.outputs)
    if outputs != task.outputs:
        yield Reason("program", f"it answers {len(outputs)} outputs, the task {len(task.outputs)} of other names")


def answers_of(program: Program | GivenProgram, task: Task, whose: str = "the program") -> GivenAnswers:
    """The program's answers to questions of the task.

    Raises:
        ClaimError: it is not a program for this task; with every reason.
    """
    if isinstance(program, GivenProgram):
        return _of_python(program, task)
    reasons = list(outputs_misfits(program, task))
    if reasons:
        raise ClaimError(f"this is not a program for {task}", reasons)
    text = json.dumps(program_as_json(program), sort_keys=True)

    def of(dataset: Dataset) -> NDArray[np.integer[Any]]:
        return program.answers(dataset.tokens)

    return GivenAnswers(whose, of, program_text(program), hashlib.sha256(text.encode()).hexdigest()[:16])


def _of_python(program: GivenProgram, task: Task) -> GivenAnswers:
    reasons = program.misfits(task)
    if not task.one_symbol_each:
        what = (
            f"answers of {task} are sets of symbols, or its questions have several lengths: no Python file gives those"
        )
        reasons.append(Reason(str(program), what, "give a program as openwork decompile RUN --json prints it"))
    if reasons:
        raise ClaimError(f"{program} is not a program for {task}", reasons)
    few = task.domain_size is not None and task.domain_size <= MOST_TRIED
    known = tried(program, task) if few else None  # raises what is wrong with it before anything is proved

    def of(dataset: Dataset) -> NDArray[np.integer[Any]]:
        if known is not None:
            return known.answers[dataset.index.astype(np.int64)]
        return program_values(program, task, dataset).answers

    return GivenAnswers(f"the program {program}", of, program.text, "" if known is None else known.digest)
