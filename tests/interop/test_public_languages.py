"""Models that nobody here trained, on tasks that are languages: what a README counts is reached exactly.

The checkpoints lie beside the checkout, in ../shared/cases/drasp, or where OPENWORK_PUBLIC_MODELS says; they are no
part of the project.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "bench"))

from public_languages import Case, cases, measure  # noqa: E402

FOLDER = Path(os.environ.get("OPENWORK_PUBLIC_MODELS", ROOT.parent / "shared" / "cases" / "drasp"))
LARGE = ("bce_D4", "majority", "sort", "unique_copy", "addition", "bce_tomita3", "bce_tomita5", "count")
"""minutes on one core: the page that the bench writes has them"""


def test_every_counted_domain_has_as_many_questions_as_the_readme_says():
    assert len(cases()) == 19
    assert {case.folder: case.task.domain_size for case in cases() if not case.drawn} == {
        case.folder: case.asked for case in cases() if not case.drawn
    }


@pytest.mark.parametrize("engine", ["native", "torch"])
@pytest.mark.parametrize("case", [c for c in cases() if not c.folder.startswith(LARGE)], ids=lambda case: case.folder)
def test_a_public_model_gets_exactly_so_many_right(case: Case, engine: str):
    if not (FOLDER / case.folder).exists():
        pytest.skip(f"there is no {FOLDER / case.folder}: the models are not part of the project")
    found = measure(FOLDER, case, engine)
    assert (found.right, found.asked) == (case.right, case.asked)
    if case.task.writes_answers:
        assert found.generated == case.right
    if "ababstar" in case.folder:
        assert found.first_wrong == f"{'ab' * 75}: next[150] should be {{a}}, the model says {{a, <eos>}}"
