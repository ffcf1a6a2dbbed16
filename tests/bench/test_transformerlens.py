"""Every line of docs/transformerlens.md runs; where TransformerLens is installed, it gives the same as theirs.

`scripts/interop` runs this with TransformerLens 3.9.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from transformerlens import opened, ours, rows, theirs, tokens_for, value_of

INSTALLED = importlib.util.find_spec("transformer_lens") is not None and (
    importlib.metadata.version("transformer-lens") < "4"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("model"), d_model=8, n_ctx=6)


@pytest.fixture(scope="module")
def asked(model):
    return tokens_for(model, 9)


def test_the_table_has_its_rows():
    assert len(rows()) >= 12
    assert len({what for what, _, _ in rows()}) == len(rows())


@pytest.mark.parametrize(("what", "line", "own"), rows(), ids=[what for what, _, _ in rows()])
def test_a_line_is_what_it_says(model, asked, what, line, own):
    found = np.asarray(value_of(own, ours(model, *asked)))
    assert found.size and np.isfinite(found).all()
    if INSTALLED:
        expected = value_of(line, theirs(model, *asked)).detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
