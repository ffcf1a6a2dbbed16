"""Models that Tracr compiled give the numbers that Tracr's own forward pass gives, on every input.

`scripts/interop` runs this in an environment with Tracr; elsewhere it is skipped.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import openwork as ow

if importlib.util.find_spec("tracr") is None:
    pytest.skip("Tracr is not installed here: scripts/interop runs this", allow_module_level=True)

import jax.numpy as jnp
from tracr.compiler import compiling, lib
from tracr.rasp import rasp

SYMBOLS, LENGTH = (1, 2, 3), 4
TOLERANCE = 1e-3
"""in float32, beside scores as large as 100: JAX rounds otherwise; the decoded answers must be the same"""


def previous() -> rasp.SOp:
    """The token before, by a causal model."""
    return rasp.Aggregate(rasp.Select(rasp.indices, rasp.indices, lambda k, q: k == q - 1), rasp.tokens, default=None)


PROGRAMS: dict[str, Callable[[], rasp.SOp]] = {
    "reverse": lambda: lib.make_reverse(rasp.tokens),
    "hist": lib.make_hist,
    "length": lib.make_length,
    "previous": previous,
    "frac_prevs": lambda: lib.make_frac_prevs(rasp.tokens == 1),
}


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_compiled_program_gives_its_numbers(name: str, causal: bool):
    theirs = compiling.compile_rasp_to_model(
        PROGRAMS[name](), vocab=set(SYMBOLS), max_seq_len=LENGTH, compiler_bos="BOS", causal=causal
    )
    model = ow.from_tracr(theirs)
    assert model.labels["d_model"] == tuple(theirs.residual_labels) and "tokens:1" in str(model)
    rows = [["BOS", *row] for row in itertools.product(SYMBOLS, repeat=LENGTH)]
    tokens = model.tokens(rows)
    assert tokens.tolist() == [theirs.input_encoder.encode(row) for row in rows]
    ours = model.logits(tokens).numpy()
    output = theirs.forward(theirs.params, jnp.array(tokens))
    found = np.asarray(output.unembedded_output)
    residual = np.asarray(output.transformer_output.output)
    if found.ndim == 2 and model.spec.d_vocab_out > 1:
        assert (ours.argmax(-1)[:, 1:] == found[:, 1:]).all()
    else:
        np.testing.assert_allclose(ours[:, 1:, 0], found[:, 1:], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(ours, residual @ model.weights["unembed.W_U"], rtol=0, atol=TOLERANCE)


TASK = """
import openwork

class Reversed(openwork.Task):
    name, summary, attention_dir = "reversed-with-bos", "reverse the symbols", "bidirectional"
    params = {}
    variables = tuple(openwork.tasks.Variable(f"x[{i}]", 3, i + 1) for i in range(4))
    n_pos = n_ctx = 5
    graded = (1, 2, 3, 4)
    outputs = tuple(f"y[{i}]" for i in range(4))
    roles = {"BOS": 0} | {f"x[{i}]": i + 1 for i in range(4)} | {f"predicts y[{i}]": i + 1 for i in range(4)}
    vocabulary = openwork.tasks.Vocabulary(("1", "2", "3", "BOS", "PAD"))
    answer_vocabulary = openwork.tasks.Vocabulary(("1", "2", "3"))

    def tokens(self, questions):
        return np.concatenate([np.full((len(questions), 1), 3), questions], axis=1).astype(np.int32)

    def answers(self, questions):
        return questions[:, ::-1].astype(np.int32)

    def deciding_variable(self, output):
        return f"x[{3 - int(output[2])}]"
"""


def test_its_circuit_is_found_by_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The program reads each answer at its mirrored place, by one head."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "reversed.py").write_text("import numpy as np\nimport openwork.tasks\n" + TASK)
    program = PROGRAMS["reverse"]()
    theirs = compiling.compile_rasp_to_model(program, vocab=set(SYMBOLS), max_seq_len=LENGTH, compiler_bos="BOS")
    run = ow.from_tracr(theirs, str(tmp_path / "reversed.py"), store=tmp_path / "runs")
    assert run.stored.last.train.accuracy == 1.0
    assert any("tokens:1" in note for note in run.stored.source.origin.notes)
    found = {(r["output"], r["path"], r["explained"]) for r in run.all_routes.records()}
    assert found == {(f"y[{i}]", f"layer-3 head 0 from the position of x[{3 - i}]", 1.0) for i in range(4)}
