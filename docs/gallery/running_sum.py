"""The sum so far, and its sign. A token is the number, or the number plus 11 where it is negative."""


def total(x):
    found, so_far = [], 0
    for token in x:
        so_far += token if token <= 5 else token - 11
        found.append(so_far)
    return found


def sign(total):
    return [1 + (t > 0) - (t < 0) for t in total]
