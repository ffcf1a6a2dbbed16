"""What places bring along: items that no answer follows from, yet which later parts reckon with.

A head may leak another digit, and the MLP after it takes the leak away. The answers read no such item, but a program
that doesn't mention it leaves the MLP unexplained, and interchange at the head alone mixes the leak of one input with
the rest of another. So a line says what its place brings along where that matters, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.shortening import shortened
from openwork.programs.language import Expression
from openwork.programs.program import Program
from openwork.programs.verdicts.whole import lost_together

CHOSEN_ON = 1024
"""pairs"""
FOLLOWS = 0.99
"""interchange at a place alone from which on it is taken to bring nothing along"""
NOTHING = 0.001
"""share of inputs"""
SEED = 1
"""apart from that of the verdicts"""


def with_what_is_brought_along(
    network: Network, long: Program, from_symbols: Mapping[str, Expression], watch: Watch = silent
) -> Program:
    """The program shortened, with those unread items that matter.

    Costs three forward rows per pair and variable, and two per input and variable.

    Args:
        network: the model.
        long: a program with all that its places hold.
        from_symbols: by column, how items follow from the question alone.
        watch: is told how far it is.
    """
    short = shortened(long)
    drawn = Drawn.of(network, "along", 0, CHOSEN_ON).take(CHOSEN_ON)
    mixing = set[str]()
    for number, variable in enumerate(short.variables):
        watch(Step(f"what {variable.name} brings along", number / len(short.variables), 0))
        [alone] = drawn.rates(network, short, variable, [variable.sites])
        if alone.share < FOLLOWS:
            mixing.add(variable.name)

    def lost(names: set[str]) -> float:
        return lost_together(network, shortened(long, names, from_symbols), SEED)

    along, least = set(mixing), lost(mixing)
    if least > NOTHING:
        every = [variable.name for variable in short.variables]
        if (further := lost(set(every))) < least:
            along, least = set(every), further
        for name in [name for name in every if name in along]:
            without = lost(along - {name})
            # Lines that hold the whole question between them leave no other input that agrees: less explains more.
            if without < least - NOTHING or (name not in mixing and without <= least + NOTHING):
                along.discard(name)
                least = min(least, without)
    return shortened(long, along, from_symbols)
