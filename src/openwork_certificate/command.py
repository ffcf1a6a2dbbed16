"""`openwork-check-certificate`: reads a certificate, has `check.py` or `sets.py` check it, and says what came out."""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib

import numpy as np

from openwork_certificate import check, edited, sets
from openwork_certificate.told import described, model_in_words

SETS = "openwork certificate by sets"
SILENCE = 10.0
"""seconds between two lines of progress, where there is no terminal"""
UNREADABLE = (OSError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, MemoryError, RecursionError)
"""what files that are no certificates, or no weights, are met by"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="openwork-check-certificate", description=check.__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--weights", help="a safetensors file that must hold the same weights")
    parser.add_argument("--every", type=int, default=1, help="of a proof by sets, check only each so many-th case")
    given = parser.parse_args(arguments)
    began = time.process_time()
    if given.every < 1:
        parser.error("--every is a number from 1 up")
    try:
        with open(given.file, encoding="utf-8") as file:
            held = json.load(file)
        by_sets = isinstance(held, dict) and held.get("format") == SETS
        if given.every > 1 and not by_sets:
            parser.error("--every is for proofs by sets")
        if given.weights:
            same_weights(held, given.weights)
        words, verdict = (of_sets if by_sets else of_listed)(held, given.every)
    except check.Refused as error:
        print(f"REFUSED: {error}")
        return 1
    except (*UNREADABLE, zlib.error) as error:
        print(f"REFUSED: not a certificate, or weights, that can be read ({type(error).__name__}: {error})")
        return 2
    print("\n".join(words))
    print(model_in_words(held["model"]))
    print(f"weights: SHA-256 {held['weights']['sha256']}" + (", those of the file given" if given.weights else ""))
    print(f"{verdict} ({time.process_time() - began:.0f} s of processor time)")
    return 0


def of_listed(held, _):
    """What it is about, in lines, and the last line."""
    told = Told()
    at = edited.means(held, lambda done: told(done / 2)) if isinstance(held, dict) and "mean" in held else None
    smallest = check.check(held, told if at is None else lambda done: told((1 + done) / 2), at)
    margin = f"a margin of at least {held['margin']}, over the real numbers"
    said = "the program's answer" if "program" in held else "right"
    return list(described(held)), f"TRUE: {said} on every input with {margin}; smallest lead found here {smallest:.6g}"


def of_sets(held, every):
    """The same of a certificate by sets."""
    proved, words = sets.check(held, every, Told())
    size, margin = int(held["counts"]["questions"]), f"a margin of at least {held['margin']}, over the real numbers"
    if every > 1:
        return words, f"TRUE OF A PART: right in one case of every {every:,}, with {margin}; no other was looked at"
    return (
        words,
        f"TRUE: right on at least {proved:,} of {size:,} questions ({sets.share_of(proved, size)}), with {margin}",
    )


def same_weights(held, path):
    """Whether a safetensors file holds the weights and no others: names, shapes and numbers, with or without a leading
    axis of one."""
    with open(path, "rb") as file:
        names = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    names.pop("__metadata__", None)
    weights, kinds = check.weights_of(held), {"F32": "<f4", "F64": "<f8"}
    other = names.keys() ^ weights.keys()
    check.require(not other, f"{path}: {min(other, default='')} is in the file or in the certificate, and not in both")
    for name, array in weights.items():
        at = names[name]
        same = at["shape"] in ([*array.shape], [1, *array.shape]) and at["dtype"] in kinds
        found = np.frombuffer(data[slice(*at["data_offsets"])], kinds[at["dtype"]]) if same else array + 1
        check.require(np.array_equal(found.ravel(), array.ravel()), f"{path}: {name} is another")


class Told:
    """Says how far it is, on a terminal all the time, elsewhere now and then."""

    def __init__(self):
        self.last = time.monotonic()

    def __call__(self, done):
        if sys.stderr.isatty():
            print(f"\rchecking {100 * done:3.0f} %", end="\n" if done == 1 else "", file=sys.stderr, flush=True)
        elif time.monotonic() - self.last > SILENCE:
            self.last = time.monotonic()
            print(f"checking {100 * done:.0f} %", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
