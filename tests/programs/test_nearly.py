"""What holds but for a few rows: ways are left out at once only where none would be found one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.programs.decompile.nearly import promising, usual_finishes
from openwork.programs.language import Name


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 9),
    st.sampled_from((0.05, 0.4)),
    st.sampled_from(("shift", "clip", "mod")),
)
def test_what_is_left_out_at_once_finds_nothing(seed, modulus, most_wrong, made):
    random = np.random.default_rng(seed)
    values = random.integers(-2, 12, (6, 50))
    shift = int(random.integers(-4, 5))
    target = {
        "shift": values[0] + shift,
        "clip": np.maximum(values[0] + shift, 2),
        "mod": (values[0] + shift) % modulus,
    }[made].copy()
    wrong = random.random(50) < random.choice((0.0, 0.03, 0.3))
    target[wrong] = random.integers(0, 9, wrong.sum())
    kept = promising(values, target, modulus, most_wrong)
    found = [bool(list(usual_finishes(Name("x"), row, target, modulus, most_wrong))) for row in values]
    assert not (np.array(found) & ~kept).any()
    assert kept[0] or wrong.sum() > 1 or abs(shift) == 4
