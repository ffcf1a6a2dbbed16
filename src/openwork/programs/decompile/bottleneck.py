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

MOST_BROUGHT = 4
"""symbols that one place is said to hold"""


def with_bottleneck(network: Network, program: Program) -> Program:
    """The program with a line for what attention brings and one for what the MLP makes of it, where it has no line, one
    answer, and the model one layer; else as it is."""
    spec, [output, *more] = network.subject.spec, program.outputs
    read = tuple(dict.fromkeys(output.expression.names()))
    if more or program.variables or spec.n_layers != 1 or not 0 < len(read) <= MOST_BROUGHT:
        return program
    if output.expression.entries > READABLE:
        return program
    heads = [Place(part.name, output.position) for part in part_components(spec) if ".attn" in part.name]
    brought = Variable(f"head0[{output.position}]", tuple(map(Name, read)), tuple(heads))
    made = renamed(output.expression, dict(zip(read, brought.columns, strict=True)))
    if not spec.d_mlp:
        return replace(program, variables=(brought,), outputs=(replace(output, expression=made),))
    mlp = Place("blocks.0.mlp", output.position)
    answer = Variable(f"mlp0[{output.position}]", (made,), (mlp, mlp.stream(spec)))
    return replace(program, variables=(brought, answer), outputs=(replace(output, expression=Name(answer.name)),))
