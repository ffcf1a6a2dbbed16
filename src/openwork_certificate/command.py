"""`openwork-check-certificate`: reads a certificate, and has it checked by `check.py` or `sets.py`, whose it is."""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib

from openwork_certificate import check, sets

SETS = "openwork certificate by sets"
SILENCE = 10.0
"""seconds between two lines of progress, where there is no terminal"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="openwork-check-certificate", description=check.__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--weights", help="a safetensors file that must hold the same weights")
    parser.add_argument("--every", type=int, default=1, help="of a proof by sets, check only each so many-th case")
    given = parser.parse_args(arguments)
    if kind_of(given.file) == SETS:
        return check_sets(given) if given.every > 0 else parser.error("--every is a number from 1 up")
    if given.every != 1:
        parser.error("--every is for proofs by sets")
    return check.main([given.file, *(["--weights", given.weights] if given.weights else [])])


def kind_of(path):
    """The format that a file says it is of; empty where it says none."""
    try:
        with open(path, encoding="utf-8") as file:
            held = json.load(file)
    except (OSError, ValueError):
        return ""
    return held.get("format", "") if isinstance(held, dict) else ""


def check_sets(given):
    """As `check.main`, of a certificate by sets."""
    began = time.process_time()
    try:
        with open(given.file, encoding="utf-8") as file:
            held = json.load(file)
        if given.weights:
            check.same_weights(held, given.weights)
        proved, words = sets.check(held, given.every, Told())
    except check.Refused as error:
        print(f"REFUSED: {error}")
        return 1
    except (OSError, KeyError, TypeError, ValueError, IndexError, AttributeError, zlib.error) as error:
        print(f"REFUSED: not a certificate that can be read ({type(error).__name__}: {error})")
        return 2
    print("\n".join(words))
    print(f"weights: SHA-256 {held['weights']['sha256']}" + (", those of the file given" if given.weights else ""))
    print(f"{verdict(held, proved, given.every)} ({time.process_time() - began:.0f} s of processor time)")
    return 0


def verdict(held, proved, every):
    """The last line, but for the time."""
    size, margin = int(held["counts"]["questions"]), f"a margin of at least {held['margin']:g}, over the real numbers"
    if every > 1:
        return f"TRUE OF A PART: right in every {every:,}th case, with {margin}; the others were not looked at"
    return f"TRUE: right on at least {proved:,} of {size:,} questions ({sets.share_of(proved, size)}), with {margin}"


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
