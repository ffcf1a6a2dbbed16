"""Read from the right: as many of each kind, and nowhere more opening than closing brackets up to the end.

A bracket is 2 where it opens and 3 where it closes; 0 and 1 are what stands after the last.
"""

STEP = {2: 1, 3: -1}


def surplus(b):
    found, so_far = [], 0
    for bracket in reversed(b):
        so_far += STEP.get(bracket, 0)
        found.append(so_far)
    return found[::-1]


def even(surplus):
    return surplus[0] == 0


def rises(surplus):
    return max(surplus) > 0


def balanced(even, rises):
    return int(even and not rises)
