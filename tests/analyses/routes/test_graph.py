"""How the components of a way are joined: heads of one layer at one position stand side by side."""

from __future__ import annotations

from openwork.analyses import Node
from openwork.analyses.routes.graph import _joined
from openwork.analyses.routes.route import EMBED, LOGITS

START, END = Node(EMBED, 0), Node(LOGITS, 3)
ONE, OTHER = Node("blocks.0.attn.head.0", 3), Node("blocks.0.attn.head.1", 3)
STEPS = ((START,), (ONE, OTHER), (END,))


def test_heads_side_by_side_are_reached_both_and_never_read_each_other():
    assert set(_joined(STEPS, set())) == {(START, ONE), (START, OTHER), (ONE, END), (OTHER, END)}


def test_the_stream_goes_by_only_where_it_passes_all_of_them():
    assert (START, END) in set(_joined(STEPS, {ONE, OTHER}))
    assert (START, END) not in set(_joined(STEPS, {ONE}))
