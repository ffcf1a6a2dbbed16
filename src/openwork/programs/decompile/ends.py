"""Ends: a symbol after which every text ends alike, though what is said of it names what no text answers.

A text counts up to a number that is brought to it, and stops there; of the largest number it is always there. So no
text tells that it stops at the largest from that it stops at what is brought, but where another text's number is
brought, the one names a symbol after the last, which is no answer to anything. Then the other is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openwork.programs.language import Compared, Constant, Either, Expression, Ints, Name

LOOKED_AT = 512
"""things brought that are looked at"""


def with_ends(said: Expression, columns: Mapping[str, Ints], local: Sequence[str], answers: Ints) -> Expression:
    """The same of every text, and where it would name what no text answers, after one symbol, what texts do there.

    Args:
        said: how answers follow.
        columns: what is known of texts, by name, and something by the name of nothing.
        local: which of these the symbol that stands there says.
        answers: to these texts.
    """
    brought = [name for name in said.names() if name not in local]
    if not brought:
        return said
    kinds = np.unique(np.stack([columns[name] for name in brought], axis=1), axis=0)
    kinds = kinds[np.unique(np.linspace(0, len(kinds) - 1, LOOKED_AT).round().astype(int))]
    there = {"": kinds[:, 0], **{name: kinds[:, n] for n, name in enumerate(brought)}}
    ends = []
    for name in dict.fromkeys(name for name in said.names() if name in local):
        for value in np.unique(columns[name]).tolist():
            here = columns[name] == value
            own = answers[here]
            others = {other: np.full(len(kinds), columns[other][here][0]) for other in local}
            if (own == own[0]).all() and not np.isin(said.values(there | others), answers).all():
                ends.append(Either(Compared(Name(name), "==", Constant(value)), Constant(int(own[0])), said))
    return ends[0] if len(ends) == 1 else said
