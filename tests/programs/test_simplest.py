"""The cheapest expression: fetching by an index, distances, and what holds but for a few."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.language import Ints, Name, splits


def operands(*bases: int) -> dict[str, Operand]:
    """Symbols over every combination: `x[0]` and so on, the last one `k`."""
    rows = np.array(list(product(*map(range, bases))), np.int64)
    names = [*(f"x[{n}]" for n in range(len(bases) - 1)), "k"]
    return {n: Operand(Name(n), rows[:, p], 0.0, p, True) for p, n in enumerate(names)}


def said(target: Ints, known: dict[str, Operand], modulus: int) -> str:
    return str(simplest(np.asarray(target, np.int64), list(known.values()), modulus))


def test_an_item_at_an_index_that_the_question_says():
    known = operands(3, 3, 3, 3)
    columns = np.stack([known[f"x[{n}]"].column for n in range(3)])
    k = known["k"].column
    assert said(columns[k, np.arange(81)], known, 3) == "item_at(k, x[0:3])"
    assert said((columns[k, np.arange(81)] + 1) % 3, known, 3) == "(item_at(k, x[0:3]) + 1) % 3"
    assert said(columns[(k + 1) % 3, np.arange(81)], known, 3) == "item_at((k + 1) % 3, x[0:3])"
    assert "item_at" not in said(columns[k * k % 2, np.arange(81)], known, 3)


def test_a_distance():
    known = operands(7, 7)
    apart = np.abs(known["x[0]"].column - known["k"].column)
    assert said(apart, known, 7) in ("abs(x[0] - k)", "abs(k - x[0])")
    assert said(apart < 2, known, 7) in ("int(abs(x[0] - k) < 2)", "int(abs(k - x[0]) < 2)")


def test_cases_by_what_the_question_says_and_by_comparison():
    op, a, b = (Name(n) for n in ("op", "a", "b"))
    rows = np.array(list(product(range(2), range(7), range(7))), np.int64)
    known = {str(n): Operand(n, rows[:, p], 0.0, p, True) for p, n in enumerate((op, a, b))}
    first, one, other = rows.T
    either = np.where(first == 0, (one + other) % 7, (one - other) % 7)
    assert said(either, known, 7) == "(a + b) % 7 if int(op == 0) else (a - b) % 7"
    assert said(np.where(one >= other, one, 6 - one), known, 7) == "a if int(a >= b) else 6 - a"
    # What stands for an operation is no number: nothing is added to it or compared with it.
    few = np.array(list(product(range(3), range(2), range(2))), np.int64)
    kinds = {str(n): Operand(n, few[:, p], 0.0, p, True, named=p == 0) for p, n in enumerate((op, a, b))}
    kind, one, other = few.T
    logic = np.select([kind == 0, kind == 1], [one & other, one | other], one ^ other)
    assert said(logic, kinds, 2) == "min([a, b]) if int(op == 0) else (max([a, b]) if int(op == 1) else abs(a - b))"
    drawn = np.random.default_rng(0).integers(0, 7, 98)
    assert simplest(drawn, list(known.values()), 7).entries == 98


def test_sums_of_multiples_places_in_lists_and_how_many_are_different():
    known = operands(4, 4, 4)
    columns = np.stack([o.column for o in known.values()])
    x, y, k = columns
    assert said((2 * x + y + 3 * k + 1) % 4, known, 4) == "(2 * x[0] + x[1] - k + 1) % 4"
    assert said((x - y + 2 * (x + y + k == 9)) % 4, known, 4).endswith("(x[0] - x[1]) % 4)")
    assert said(np.maximum(x - y - k, 0), known, 4) == "max([x[0] - x[1] - k, 0])"
    assert said(16 * x + 4 * y + k, known, 4) == "16 * x[0] + 4 * x[1] + k"
    three = {f"x[{n}]": Operand(Name(f"x[{n}]"), columns[n], 0.0, n, True) for n in range(3)}
    assert said(columns.argmax(axis=0), three, 4) == "first_match(max(x[0:3]), x[0:3], [0, 1, 2], 0)"
    assert said([len(set(row)) for row in columns.T.tolist()], three, 4) == "len(set(x[0:3]))"
    assert said(columns.max(axis=0) - columns.min(axis=0), three, 4) == "max(x[0:3]) - min(x[0:3])"


@pytest.mark.parametrize("wrong", [3, 6])
@pytest.mark.parametrize("rule", ["(k + x[0]) % 11", "int(k >= x[0])", "k - x[0]"])
def test_what_holds_but_for_a_few_lists_these(rule: str, wrong: int):
    known = operands(11, 11)
    columns = {name: o.column for name, o in known.items()}
    x, k = columns["x[0]"], columns["k"]
    target = {"(k + x[0]) % 11": (k + x) % 11, "int(k >= x[0])": (k >= x).astype(np.int64), "k - x[0]": k - x}[rule]
    rows = np.random.default_rng(0).permutation(121)[:wrong]
    target = target.copy()
    target[rows] = target[rows] + 1 if rule == "k - x[0]" else (target[rows] + 1) % (2 if "int" in rule else 11)
    found = simplest(target, list(known.values()), 11)
    assert found is not None and found.entries == wrong and (found.values(columns) == target).all()


def test_what_another_way_does_where_the_usual_one_errs():
    """A carry, as a digit is counted up; and one input that a model has wrong all the same."""
    known = operands(10, 10)
    x, k = known["x[0]"].column, known["k"].column
    up = np.where(k == 9, (x + 1) % 10, x)
    assert said(up, known, 10) == "(x[0] + 1) % 10 if int(k == 9) else x[0]"
    assert said(np.where(k >= 6, (x + 1) % 10, x), known, 10) == "(x[0] + 1) % 10 if int(k >= 6) else x[0]"
    up[(x == 8) & (k == 9)] = 8
    assert said(up, known, 10) == "{(8, 9): 8}.get((x[0], k), (x[0] + 1) % 10 if int(k == 9) else x[0])"


def test_where_in_a_list_a_number_stands():
    known = operands(3, 3, 3, 3, 3)
    rows = np.stack([o.column for o in known.values()], axis=1)
    x = [o.column for o in known.values()]
    three = {name: known[name] for name in ("x[0]", "x[1]", "x[2]")}
    last = [max((n for n in range(3) if row[n] == 0), default=3) for row in rows]
    assert said(last, three, 3) == "last_match(0, x[0:3], [0, 1, 2], 3)"
    again = [next((n for n in range(1, 4) if row[n] == row[0]), 0) for row in rows]
    four = {name: known[name] for name in ("x[0]", "x[1]", "x[2]", "x[3]")}
    assert said(again, four, 3) == "first_match(x[0], x[1:4], [1, 2, 3], 0)"
    after = [next((row[n + 1] for n in range(3) if row[n] == row[4]), 0) for row in rows]
    assert said(after, known, 3) == "first_match(k, x[0:3], x[1:4], 0)"
    after[7] = (after[7] + 1) % 3
    assert said(after, known, 3).endswith("first_match(k, x[0:3], x[1:4], 0))")
    assert said(sum(x[:4]) >= x[4], known, 3) == "int(sum(x[0:4]) >= k)"
    seven = operands(7, 7)
    assert said(np.maximum(seven["k"].column - 2, 0), seven, 7) == "max([k - 2, 0])"


def test_what_holds_of_nine_tenths_only_is_a_table():
    known = operands(11, 11)
    total = (known["x[0]"].column + known["k"].column) % 11
    total[:12] = np.random.default_rng(0).permutation(12) % 11
    assert simplest(total, list(known.values()), 11).entries == 121


def test_pairs_two_lists_and_counts_of_several_symbols():
    rows = np.array(list(product(range(3), repeat=6)), np.int64)
    x, z = rows[:, :3], rows[:, 3:]
    names = [*(f"x[{n}]" for n in range(3)), *(f"z[{n}]" for n in range(3))]
    two = {name: Operand(Name(name), rows[:, n], 0.0, n, True) for n, name in enumerate(names)}
    one = {f"x[{n}]": Operand(Name(f"x[{n}]"), rows[:, n], 0.0, n, True) for n in range(6)}
    assert said((x == z).sum(axis=1), two, 3) == "sum(a == b for a, b in zip(x[0:3], z[0:3]))"
    assert said(x.sum(axis=1) > z.sum(axis=1), two, 3) == "int(sum(x[0:3]) - sum(z[0:3]) >= 1)"
    assert (
        said((rows == rows[:, ::-1]).all(axis=1), one, 3) == "int(sum(a == b for a, b in zip(x[0:3], x[5:2:-1])) >= 3)"
    )
    assert said((rows[:, 1:] < rows[:, :-1]).any(axis=1), one, 3).startswith(
        "int(sum(a > b for a, b in zip(x[0:5], x[1:6]))"
    )
    assert said([max(range(3), key=row.count) for row in rows.tolist()], one, 3) == "most_frequent(x[0:6], 3)"
    four = np.array(list(product(range(4), repeat=5)), np.int64)
    several = {f"x[{n}]": Operand(Name(f"x[{n}]"), four[:, n], 0.0, n, True) for n in range(5)}
    assert said(np.isin(four, (0, 3)).sum(axis=1), several, 4) == "sum(v in (0, 3) for v in x[0:5])"
    assert said(four[np.arange(len(four)), four[:, 0]], several, 4) == "item_at(x[0], x[0:5])"


def test_a_rule_of_several_numbers_with_exceptions():
    rows = np.array(list(product(range(5), repeat=3)), np.int64)
    known = {f"x[{n}]": Operand(Name(f"x[{n}]"), rows[:, n], 0.0, n, True) for n in range(3)}
    wrong = np.maximum(rows[:, 0] - rows[:, 1] - rows[:, 2], 0)
    wrong[7] = 4
    assert said(wrong, known, 5) == "{(0, 1, 2): 4}.get((x[0], x[1], x[2]), max([x[0] - x[1] - x[2], 0]))"


@pytest.mark.parametrize(("symbols", "ways"), [(3, 0), (4, 2), (5, 8)])
def test_ways_to_part_symbols_say_nothing_twice(symbols, ways):
    found = [frozenset(numbers) for numbers in splits(symbols)]
    assert len(found) == ways
    assert not {frozenset(range(symbols)) - some for some in found} & set(found)
