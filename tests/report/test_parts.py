from __future__ import annotations

import numpy as np

from openwork.report.parts import BOUND, Curve, Mark, Share, code_spans, columns, matrix, unbroken


def test_code_is_what_stands_in_backticks_and_every_hook_and_weight():
    found = code_spans("`a b` at blocks.0.attn.hook_z by W_U, not W_ or blocks.")
    assert [piece for code, piece in found if code] == ["a b", "blocks.0.attn.hook_z", "W_U"]
    assert "".join(piece for _, piece in found) == "a b at blocks.0.attn.hook_z by W_U, not W_ or blocks."


def test_a_number_keeps_its_per_cent_sign():
    assert unbroken("from 5 % to 6 of 7 %") == f"from 5{BOUND}% to 6 of 7{BOUND}%"


def test_a_share_says_per_cent_unless_told_otherwise():
    assert (str(Share(0.5)), str(Share(0.5, "half"))) == ("50.00 %", "half")


def test_numeric_columns_are_on_the_right():
    assert [column.align for column in columns("a", "b", "c", numeric=(2,))] == ["left", "left", "right"]


def test_a_matrix_is_plain_floats():
    assert matrix(np.eye(2, dtype=np.float32)) == ((1.0, 0.0), (0.0, 1.0))
    assert type(matrix(np.eye(1))[0][0]) is float


def test_a_mark_in_words_says_its_place_once():
    marks = (Mark(24.0, "all right, epoch 24"), Mark(5.0, "5"), Mark(2.0, "half"))
    assert Curve("a", (), "epoch", "b", marks=marks).marked == "all right, epoch 24; epoch 5; half: epoch 2"
