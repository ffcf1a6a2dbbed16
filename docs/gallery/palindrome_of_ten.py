"""The task as it was meant: all ten pairs of mirrored numbers are equal."""


def equal(x):
    return [x[i] == x[-1 - i] for i in range(len(x) // 2)]


def palindrome(equal):
    return int(all(equal))
