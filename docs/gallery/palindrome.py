"""Which mirrored numbers are equal; the answer is yes where all of those pairs are that the model compares."""

COMPARED = (0, 2, 4, 5, 6, 7, 8, 9)


def equal(x):
    return [x[i] == x[-1 - i] for i in range(len(x) // 2)]


def palindrome(equal):
    return int(all(equal[i] for i in COMPARED))
