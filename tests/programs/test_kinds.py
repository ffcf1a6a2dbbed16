"""Kinds of positions: what texts show is told, what interchanged pairs show as far as it makes a difference."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.programs.decompile.kinds import SPARE, Kinds
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import Constant


def template(column, local=False):
    return Template(np.array(column), Constant, 1.0, local)


def kinds_of(texts, pairs):
    """Of rows of position, what stands there, what is brought, the answer; and how often each pair comes."""
    rows = np.array([row[:4] for row in (*texts, *pairs)])
    position, stands, brought, answer = rows.T
    joined = Moments(None, np.arange(len(rows)), position, answer, answer)
    known = [template(stands, local=True), template(brought)]
    return Kinds.found(joined, known, np.array([float(row[4]) for row in pairs]))


def texts_at(position, rare):
    """A thousand texts, some of which are 1 and have 1 brought; the others are 0."""
    return [(position, 0, 0, 0)] * (1000 - rare) + [(position, 1, 1, 1)] * rare


@pytest.mark.parametrize(("rare", "kinds"), [(2, 1), (9, 2)])
def test_positions_are_one_kind_unless_enough_pairs_are_answered_otherwise(rare, kinds):
    texts = [*texts_at(4, rare), *texts_at(5, rare)]
    # Where 1 is brought to a 0, the positions differ: that is `rare` pairs in a thousand.
    found = kinds_of(texts, [(4, 0, 1, 1, 1), (5, 0, 1, 0, 1)])
    assert rare / 1000 <= SPARE or kinds == 2
    assert len(set(found.of.values())) == kinds
    assert set(found.template(np.array([4, 5])).column.tolist()) == set(range(kinds))


def test_what_texts_show_is_always_told():
    """One text of a thousand at the one position is answered otherwise than all with the same at the other."""
    texts = [*[(4, 0, 0, 0)] * 999, (4, 1, 0, 2), *[(5, 0, 0, 0)] * 999, (5, 1, 0, 3)]
    found = kinds_of(texts, [])
    assert len(set(found.of.values())) == 2
    assert found.moments.answers.tolist() == [text[3] for text in texts]


def test_a_text_outweighs_any_pair():
    """In a text the answer is 0; a pair with the same known says 1."""
    found = kinds_of([(4, 0, 0, 0)] * 3, [(4, 0, 0, 1, 1)] * 9)
    assert set(found.moments.answers.tolist()) == {0}


def test_what_is_rare_need_not_be_told_and_what_is_not_has_to_be():
    texts = [*texts_at(4, 2), (4, 2, 2, 2), *[(4, 3, 3, 3)] * 100]
    pairs = [(4, 0, 1, 1, 1), (4, 0, 2, 1, 1), (4, 0, 3, 1, 1)]
    found = kinds_of(texts, pairs)
    assert found.kept[found.kept >= len(texts)].tolist() == [len(texts) + 2]
