"""Models whose weights are set by hand, so that how they work is known, and what is true and false of them: the exam
that every kind of claim has to pass.

To add a circuit, write `known_circuits/NAME.py` with a function that returns a `KnownCircuit`, and list it in
`registry.py`; then `scripts/generate_docs.py` puts it into docs/exam.md. In the file:

1. Make a `Bench` for a task: give it the spaces of the residual stream that you need, and sizes of the spec.
2. Tell each head where it looks, by roles, and what it writes for the digit it finds there:
   `bench.head(0, 1).looks({"predicts y[0]": "x[2]"}).writes(bench.onto("answer", shift=1))`.
   MLPs, embeddings and norms are plain arrays: `bench.mlp(0).W_in`, `bench.weights["ln_final.w"]`.
3. Say how it works in one sentence, and which trap it sets for a careless judge.
4. List what is then true (`confirmed`), false in every part (`refuted`), true in some parts (`mixed`), not to be judged
   (`undecided`), or true of any model (`vacuous`). Derive each from the construction, not from what the judge says:
   where the two differ, one of them is wrong, and finding out which is what the exam is for.

To add a claim about a circuit, add it to one of these lists. A new kind of claim needs claims on both sides and a
mutant in tests/known_circuits/test_exam_can_fail.py: a line of the kind that, broken, turns the exam red.
"""

from openwork.testing.known_circuits.bench import SHARP, Bench
from openwork.testing.known_circuits.circuit import History, KnownCircuit
from openwork.testing.known_circuits.exam import Answer, check_exam, sit
from openwork.testing.known_circuits.page import exam_page
from openwork.testing.known_circuits.registry import known_circuits

__all__ = [
    "SHARP",
    "Answer",
    "Bench",
    "History",
    "KnownCircuit",
    "check_exam",
    "exam_page",
    "known_circuits",
    "sit",
]
