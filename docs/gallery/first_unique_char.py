"""Every place votes for the letters before it, and against its own where that is among them; the most votes win."""

LETTERS, UNKNOWN, AGAINST, OWN = 10, 10, -30.0, 0.5


def votes(x):
    found = []
    for i, letter in enumerate(x):
        mine = [float(other in x[:i]) for other in range(LETTERS)]
        mine[letter] = AGAINST if letter in x[:i] else OWN
        found.append(mine)
    return found


def first(votes):
    found, total = [UNKNOWN], [0.0] * LETTERS
    for mine in votes:
        total = [sum_so_far + vote for sum_so_far, vote in zip(total, mine, strict=True)]
        best = max(range(LETTERS), key=total.__getitem__)
        found.append(best if total[best] > 0 else UNKNOWN)
    return found
