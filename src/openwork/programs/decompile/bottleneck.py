"""Bottleneck: where one attention layer brings all that one answer is made from, and no label says what it holds.

Such a place holds the whole question, which is no label. What can be said is that it does, and that what comes after
makes the answer of it; whether the MLP holds the answer at its own place, interchange there says.
"""

from __future__ import annotations

from dataclasses import replace

from openwork.analyses.component import part_components
from openwork.programs.decompile.network import Network
from openwork.programs.language import READABLE, Name, renamed
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

MOST_BROUGHT = 8
"""symbols that one place is said to hold"""


def with_bottleneck(network: Network, program: Program) -> Program:
    """The program with a line for what attention brings, where no head has one, there is one answer, and the model has
    one layer; where the MLP has none either, with one for what it makes of that. Else as it is."""
    spec, [output, *more] = network.subject.spec, program.outputs
    expressions = [*(item for v in program.variables for item in v.items), output.expression]
    made = {column for variable in program.variables for column in variable.columns}
    read = tuple(dict.fromkeys(name for e in expressions for name in e.names() if name not in made))
    if more or spec.n_layers != 1 or not 0 < len(read) <= MOST_BROUGHT:
        return program
    if any(not v.sites[0].is_mlp for v in program.variables) or any(e.entries > READABLE for e in expressions):
        return program
    heads = [Place(part.name, output.position) for part in part_components(spec) if ".attn" in part.name]
    brought = Variable(f"head0[{output.position}]", tuple(map(Name, read)), tuple(heads))
    names = dict(zip(read, brought.columns, strict=True))
    lines = [replace(v, items=tuple(renamed(item, names) for item in v.items)) for v in program.variables]
    answer = renamed(output.expression, names)
    if not lines and spec.d_mlp:
        mlp = Place("blocks.0.mlp", output.position)
        lines = [Variable(f"mlp0[{output.position}]", (answer,), (mlp, mlp.stream(spec)))]
        answer = Name(lines[0].name)
    return replace(program, variables=(brought, *lines), outputs=(replace(output, expression=answer),))
