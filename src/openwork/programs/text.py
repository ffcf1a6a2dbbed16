"""A program as Python that runs: hook and positions as comments, loops folded, narrow enough to be shown indented."""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from openwork.programs.decompile.shortening import read_columns, unread_items, without_unread_items
from openwork.programs.items import items_text
from openwork.programs.language import FUNCTIONS, Expression, renamed
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

WIDTH = 78
INDENT = "    "
LONG = 8
"""positions in a row from which on only the first and the last are said"""
WRITTEN = "in "
"""how a comment begins that says what numbers stand for"""
MOST_SIGNS = 26
"""numbers in one such comment"""
INDEX = re.compile(r"(?<=[\[:])\d+(?=[\]:])")
TAKEN = frozenset({*dir(builtins), *FUNCTIONS, "program", "answer", "v"})
"""names that the text needs for itself: a variable of the question that is called so gets an underscore"""


@dataclass(frozen=True)
class Assignment:
    """One assignment, where what it assigns stands, and what its place brings along that nothing reads."""

    left: str
    right: str
    sites: tuple[Place, ...]
    along: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """What is assigned to, without its index."""
        return self.left.split("[")[0]


@dataclass(frozen=True)
class ProgramLine:
    """One line of the text, or one loop.

    Attributes:
        code: as Python, without comments.
        assigns: the names that it gives a value to: `head0[3]`, `answer[0]`.
        sites: where these stand in the model.
    """

    code: tuple[str, ...]
    assigns: tuple[str, ...]
    sites: tuple[Place, ...]


def program_lines(program: Program) -> tuple[ProgramLine, ...]:
    """What stands between the first line of `program_text` and its last, with the places that each line speaks of."""
    lean = _with_free_names(without_unread_items(program))
    lines = [*map(_variable, lean.variables), *_outputs(lean)]
    groups, counter = list(_groups(lines)), _counter(lean)
    return tuple(
        ProgramLine(
            tuple(_code(group, counter)), tuple(a.left for a in group), tuple(s for a in group for s in a.sites)
        )
        for group in groups
    )


def program_text(program: Program) -> str:
    """The program as a function of the lists that it reads; numbers are themselves, other symbols their numbers in the
    vocabulary, which the first comments say.

    What places bring along that no answer follows from stands in the comments.
    """
    program = _with_free_names(program)
    lean = without_unread_items(program)
    pairs, read = zip(program.variables, lean.variables, strict=True), read_columns(program)
    lines = [*(_variable(new, _unread(program, old, read)) for old, new in pairs), *_outputs(lean)]
    stems = list(dict.fromkeys(line.stem for line in lines))
    body = [line for said in written_for_numbers(lean) for line in _comment(said)]
    body += [f"{', '.join(some)} = {', '.join(['{}'] * len(some))}" for some in _by(stems, 6)]
    for group in _groups(lines):
        body += _said(group, _counter(lean))
    answers = ", ".join(line.left for line in lines if line.stem == "answer")
    last = len(program.outputs) - 1
    body.append(f"return [answer[i] for i in range({last + 1})]" if last > 2 else f"return [{answers}]")
    text = [f"def program({', '.join(arguments(lean))}):", *(INDENT + line for line in body)]
    used = [code for name, code in FUNCTIONS.items() if any(f"{name}(" in line for line in text)]
    head = [line for code in used for line in (*code, "", "")]
    return "\n".join([*head, *text]) + "\n"


def written_for_numbers(program: Program) -> Iterator[str]:
    """What numbers stand for, where that is no number, of all that is read and answered: `in op: 0 is +, 1 is -`."""
    program = _with_free_names(program)
    read = {name for expression in program.expressions for name in expression.names()}
    held = [(s.name.split("[")[0], s.numbering.signs) for s in program.symbols if s.name in read]
    held += [("answer", output.numbering.signs) for output in program.outputs]
    signs: dict[str, dict[int, str]] = {}
    for stem, pairs in held:
        signs.setdefault(stem, {}).update(pairs)
    stems: dict[tuple[tuple[int, str], ...], list[str]] = {}
    for stem, found in signs.items():
        if found:
            stems.setdefault(tuple(sorted(found.items())), []).append(stem)
    for pairs, names in stems.items():
        said = [f"{number} is {_sign(sign)}" for number, sign in pairs[:MOST_SIGNS]]
        yield f"{WRITTEN}{' and '.join(names)}: {', '.join(said)}{', ...' if len(pairs) > len(said) else ''}"


def folded(program: Program) -> Iterator[tuple[list[Assignment], tuple[Expression, ...]]]:
    """The lines in groups, each a loop or a single line, with the expressions of its first."""
    lines = [*map(_variable, program.variables), *_outputs(program)]
    held = {line.left: v.items for line, v in zip(lines, program.variables, strict=False)}
    held |= {f"answer[{n}]": (output.expression,) for n, output in enumerate(program.outputs)}
    for group in _groups(lines):
        yield group, held[group[0].left]


def arguments(program: Program) -> tuple[str, ...]:
    """What the function takes: the stems of the symbols that are read."""
    read = {name for expression in program.expressions for name in expression.names()}
    return tuple(dict.fromkeys(s.name.split("[")[0] for s in program.symbols if s.name in read)) or ("x",)


def _with_free_names(program: Program) -> Program:
    """The program with an underscore after each name of the question that its text needs for itself."""
    assigned = {variable.name.split("[")[0] for variable in program.variables}
    stems = {symbol.name.split("[")[0] for symbol in program.symbols}
    names = dict[str, str]()
    for symbol in program.symbols:
        stem, bracket, index = symbol.name.partition("[")
        free = stem
        while free in TAKEN or free in assigned or (free != stem and free in stems):
            free += "_"
        if free != stem:
            names[symbol.name] = f"{free}{bracket}{index}"
    if not names:
        return program
    return Program(
        tuple(replace(s, name=names.get(s.name, s.name)) for s in program.symbols),
        tuple(replace(v, items=tuple(renamed(item, names) for item in v.items)) for v in program.variables),
        tuple(replace(o, expression=renamed(o.expression, names)) for o in program.outputs),
    )


def _counter(program: Program) -> str:
    """What loops count with: `i`, where nothing of the question is called so."""
    read = arguments(program)
    free: str = next(name for name in (*"ijkn", *("i" + "_" * n for n in range(1, len(read) + 2))) if name not in read)
    return free


def _sign(sign: str) -> str:
    """As it is, where nobody can take it for something else."""
    return sign if sign.isprintable() and not set(sign) & set(" ,'\"") and sign else repr(sign)


def _unread(program: Program, variable: Variable, read: Collection[str]) -> tuple[str, ...]:
    unread = unread_items(program, variable, read)
    return () if len(unread) == len(variable.items) else tuple(variable.items[number].text() for number in unread)


def _variable(variable: Variable, along: tuple[str, ...] = ()) -> Assignment:
    return Assignment(variable.name, items_text(variable.items), variable.sites, along)


def _outputs(program: Program) -> Iterator[Assignment]:
    for number, output in enumerate(program.outputs):
        yield Assignment(f"answer[{number}]", output.expression.text(), (Place("unembed", output.position),))


def _groups(lines: Sequence[Assignment]) -> Iterator[list[Assignment]]:
    """Lines that say the same of other places, whose indices go in equal steps; each group at its first line's place.

    Lines of one stem never read each other, so their order does not matter.
    """
    left = list(lines)
    while left:
        group, rest = [left[0]], list[Assignment]()
        for line in left[1:]:
            (group if _continues(group, line) else rest).append(line)
        left = rest
        yield group


def _continues(group: Sequence[Assignment], line: Assignment) -> bool:
    first = group[0]
    if (line.stem, line.sites[0].component) != (first.stem, first.sites[0].component):
        return False
    whole, other = f"{first.left} = {first.right}", f"{line.left} = {line.right}"
    if INDEX.sub("#", whole) != INDEX.sub("#", other):
        return False
    if len(group) == 1:
        return True
    return _steps(group[-1], line) == _steps(group[0], group[1])


def _steps(one: Assignment, other: Assignment) -> list[int]:
    pairs = zip(INDEX.findall(f"{one.left} = {one.right}"), INDEX.findall(f"{other.left} = {other.right}"), strict=True)
    return [int(b) - int(a) for a, b in pairs]


def _said(group: Sequence[Assignment], counter: str) -> Iterator[str]:
    where = dict[str, list[int]]()
    for site in (site for line in group for site in line.sites):
        where.setdefault(site.component, []).append(site.position)
    said = [f"{component} @ {_counted(positions)}" for component, positions in where.items()]
    yield from _comment("; ".join(said))
    along = dict.fromkeys(text for line in group for text in line.along)
    if along:
        yield from _comment(f"bringing along {', '.join(along)}")
    yield from _code(group, counter)


def _code(group: Sequence[Assignment], counter: str) -> Iterator[str]:
    first = group[0]
    if len(group) == 1:
        yield from _broken(f"{first.left} = ", first.right, "")
        return
    steps = iter(_steps(first, group[1]))

    def index(found: re.Match[str]) -> str:
        start, step = int(found[0]), next(steps)
        return _index(start, step, counter)

    left, right = INDEX.sub(index, f"{first.left} = {first.right}").split(" = ", 1)
    yield f"for {counter} in range({len(group)}):"
    yield from _broken(f"{left} = ", right, INDENT)


def _counted(positions: Sequence[int]) -> str:
    """The positions; a long run of neighbours by its ends."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    said = [[f"{run[0]} to {run[-1]}"] if len(run) > LONG else list(map(str, run)) for run in runs]
    return ", ".join(part for run in said for part in run)


def _index(start: int, step: int, counter: str) -> str:
    if step == 0:
        return str(start)
    times = counter if abs(step) == 1 else f"{abs(step)} * {counter}"
    if step < 0:
        return f"{start} - {times}"
    return times if start == 0 else f"{start} + {times}"


def _comment(text: str) -> Iterable[str]:
    return wrap(text, WIDTH - len(INDENT), initial_indent="# ", subsequent_indent="#   ")


def _broken(left: str, right: str, indent: str) -> Iterator[str]:
    """An assignment, over several lines inside brackets where one is too short."""
    room = WIDTH - len(INDENT)
    if len(indent + left + right) <= room:
        yield indent + left + right
        return
    yield indent + left + "("
    yield from wrap(_bare(right), room, initial_indent=indent + INDENT, subsequent_indent=indent + INDENT)
    yield indent + ")"


def _bare(text: str) -> str:
    """Without brackets around all of it."""
    depth = 0
    for at, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return text[1:-1] if text.startswith("(") and at == len(text) - 1 else text
    return text


def _by(names: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), most):
        yield names[start : start + most]
