"""Items of a variable that say the same of other numbers, as one loop: the waves of several frequencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from openwork.programs.language import Expression, modulus_of_waves

NUMBER = re.compile(r"(?<![A-Za-z_\d])\d+(?!\w)")


def loops_of(items: Sequence[Expression]) -> Iterator[list[Expression]]:
    """The items in order, those together that one loop can say."""
    if modulus_of_waves(items) is None:
        yield from ([item] for item in items)
        return
    for _, alike in groupby(items, key=lambda item: NUMBER.sub("#", item.text())):
        group: list[Expression] = []
        for item in alike:
            if group and _looped([*group, item]) is None:
                yield group
                group = []
            group.append(item)
        yield group


def items_text(items: Sequence[Expression]) -> str:
    """The value of the variable as Python: one item by itself, several as a tuple or a list."""
    if len(items) == 1:
        return items[0].text()
    groups = list(loops_of(items))
    if len(groups) == len(items):
        return f"({', '.join(item.text() for item in items)})"
    said = [_looped(group) or "" if len(group) > 1 else f"[{group[0].text()}]" for group in groups]
    return " + ".join(said)


def numbers_of(item: Expression) -> Iterator[int]:
    """The numbers in its text, in order; names of variables aside."""
    yield from (int(found[0]) for found in NUMBER.finditer(item.text()))


def _looped(items: Sequence[Expression]) -> str | None:
    """`[wave(k, a, 31) for k in (2, 6)]`, or `[product(u[i], u[i + 2], 31) for i in range(2)]`; None where numbers
    change in other ways."""
    first = items[0].text()
    found = list(NUMBER.finditer(first))
    slots = list(zip(*map(numbers_of, items), strict=True))
    moving = {slot: first[n.start() - 1] == "[" for slot, n in zip(slots, found, strict=True) if len(set(slot)) > 1}
    if len(moving) == 1 and not any(moving.values()):
        [numbers] = moving
        names, over = {numbers: "k"}, f"for k in ({', '.join(map(str, numbers))})"
    elif all(slot == tuple(range(slot[0], slot[0] + len(slot))) for slot in moving):
        names = {slot: f"i + {slot[0]}" if slot[0] else "i" for slot in moving}
        over = f"for i in range({len(items)})"
    else:
        return None
    which = iter(slots)
    text = NUMBER.sub(lambda number: names.get(next(which), number[0]), first)
    return f"[{text} {over}]"
