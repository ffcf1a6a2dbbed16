"""Checks a certificate that a tiny transformer is right on more inputs than anybody can list. NumPy only.

    openwork-check-certificate FILE.cert.json [--weights MODEL.safetensors] [--every N]

How. Numbers are held between two ends as in `check.py`, whose arithmetic this is. For each output the questions fall
into *cases*, which `cases.py` writes down from the definition of the task: at some places one symbol is known, at the
others any of several may stand; in each case one answer is right, and it is counted how many questions are in it. A
reader has to agree with those thirty lines. `bounds.py` says by how much the right answer leads at least in all of a
case. Where that is not enough the case is divided, at the place that seems to do most, until it is, or until one
question is left. What is not shown right is counted as not proved.

Nothing is taken from the certificate but the weights and what is claimed: cases, bounds and counts are made here.
"""

from __future__ import annotations

import hashlib
import json
import math

import numpy as np

from openwork_certificate.bounds import Model, Tables, ends, guessed, halves, is_one_head, quotients
from openwork_certificate.cases import TASKS, ways_in
from openwork_certificate.check import require, total, weights_of

BLOCK = 256  # sets at a time
STATEMENT = (
    "For at least the stated number of questions of the task and at every graded position, the function that these "
    "weights define over the real numbers gives the right answer a logit that is larger than every other by at least "
    "the margin."
)
MOST = 400_000  # sets that the cases of one output come to, at most


def bounded(tables, asks, answer, allowed, margin):
    """Which sets are not shown right, and for these what each symbol does, [set, place, symbol]."""
    if is_one_head(tables.model.spec):
        term = quotients(tables, asks, answer, allowed, margin)
        least = total((term.min(-1), term.min(-1)))[0]
        bad = np.flatnonzero(~(least >= 0).all(-1))
        return bad, term[bad, least[bad].argmin(-1)]
    least, _ = ends(tables, asks, answer, allowed, closer=False)
    bad = np.flatnonzero(~(least >= margin).all(-1))
    if not len(bad):
        return bad, np.zeros((0, *allowed.shape[1:]))
    least, reach = ends(tables, asks, answer, allowed[bad], closer=True)
    still = ~(least >= margin).all(-1)
    reach = None if reach is None else (reach[0][still], reach[1][still])
    return bad[still], guessed(tables, asks, answer, allowed[bad[still]], least[still], reach)


def unproved(tables, allowed, answers, counts, margin, spare, progress):
    """How many questions are not proved: no more than there are ways to fill the sets that are not shown right. It
    gives up once there are more than `spare`."""
    require((allowed[:, -1].sum(-1) == 1).all(), "a case in which the query's own symbol is not known")
    asks, failed, looked = allowed[:, -1].argmax(-1), [0] * len(allowed), 0
    kinds, kind = np.unique(np.stack([asks, answers]), axis=1, return_inverse=True)
    for number, (symbol, answer) in enumerate(kinds.T.tolist()):
        own = np.flatnonzero(kind.ravel() == number)
        left = allowed[own]
        while len(left) and sum(map(min, failed, counts)) <= spare:
            now, case, left, own = left[:BLOCK], own[:BLOCK], left[BLOCK:], own[BLOCK:]
            looked += len(now)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                bad, effect = bounded(tables, symbol, answer, now, margin)
            if not spare and len(bad):  # an input of the worst symbols alone, which has to be shown in the end
                worst = effect.argmin(-1)[..., None] == np.arange(now.shape[-1])
                lost = bounded(tables, symbol, answer, worst & now[bad], margin)[0]
                for at in case[bad[lost]]:
                    failed[at] += 1
            over = (now[bad].sum(-1) == 1).all(-1) | (looked >= MOST)
            for at, ways in zip(case[bad[over]], ways_in(now[bad[over]]), strict=True):
                failed[at] += ways
            parts, of = now[bad[~over]], case[bad[~over]]
            left, own = np.concatenate([halves(parts, effect[~over]), left]), np.concatenate([of, of, own])
        progress((number + 1) / len(kinds.T))
    return sum(map(min, failed, counts))


# --- the file --------------------------------------------------------------------------------------------------------


def check_words(held):
    told = {name: value for name, value in held.items() if name != "sha256"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    require(held["statement"] == STATEMENT, "the statement is another than the one that is checked here")
    require(held.get("version") == 2, "not a certificate by sets of version 2")
    require(hashlib.sha256(text.encode()).hexdigest() == held.get("sha256"), "the file is not the one its SHA-256 says")
    require(
        isinstance(held["margin"], float) and 0 <= held["margin"] < math.inf, "the margin is not a number from 0 up"
    )
    spec = held["model"]
    require(spec["n_layers"] == 1 and spec["pad_token"] is None, "only models of one layer without pads are checked so")
    name, params = held["task"]["name"], held["task"]["params"]
    require(name in TASKS, f"this checker does not know the cases of the task {name}")
    require(all(isinstance(n, int) and n > 0 for n in params.values()), "the task's parameters are not whole numbers")
    size, proved = int(held["counts"]["questions"]), int(held["counts"]["proved"])
    require(size == TASKS[name][1](**params), f"{name} has not {size:,} questions")
    require(0 < proved <= size, "more are said to be proved than there are, or none")
    require(held["counts"]["share"] == share_of(proved, size), "the share is not that of the counts")
    return name, params, size, proved


def share_of(some, size):
    return "100 %" if some == size else f"{some * 10**6 // size / 10**4:.4f} %"


def check(held, every=1, progress=lambda done: None):
    """Raises Refused unless the certificate is true; gives how many questions were proved here, and words. With `every`
    above 1 only each so many-th case is looked at, which has to be proved whole: then nothing is counted."""
    name, params, size, claimed = check_words(held)
    require(every == 1 or claimed == size, "a part can be checked only where every question is said to be proved")
    weights, spec, margin = weights_of(held), held["model"], held["margin"]
    outputs = list(TASKS[name][0](**params))
    require([one["output"] for one in held["outputs"]] == [one[0] for one in outputs], "other outputs than the task's")
    alone = spec["attention_dir"] == "causal" or len(outputs) == 1
    require(alone, "a model that sees the answers behind its own is not checked")
    places, symbols = max(one[1].shape[1] for one in outputs), outputs[0][1].shape[2]
    require(places <= spec["n_ctx"] and symbols <= spec["d_vocab"], "the model is too small for the task")
    model, failed, fits = Model(spec, weights, places, symbols), 0, list[bool]()
    words = [f"task {name}({', '.join(f'{k}={v}' for k, v in params.items())}): {size:,} questions"]
    for number, (output, allowed, answers, counts) in enumerate(outputs):
        require(sum(counts) == size, f"{output}: the cases hold {sum(counts):,} questions")
        require(answers.max() < spec["d_vocab_out"] > 1, "the model has no such answer")
        allowed, answers, counts = allowed[::every], answers[::every], counts[::every]
        tables = Tables(model, allowed.shape[1] - 1)

        def told(done, number=number):
            progress((number + done) / len(outputs))

        own = unproved(tables, allowed, answers, counts, margin, size - claimed, told)
        failed, fits = failed + own, [*fits, own <= int(held["outputs"][number]["unproved"])]
        shown = share_of(sum(counts) - own, sum(counts))
        words.append(f"  {output}: {len(answers):,} cases, {shown} of their questions proved")
    less = f"{claimed:,} questions are said to be proved, and no more than {size - failed:,} could be shown here"
    require(size - failed >= claimed, less)
    require(all(fits), "of an output more are said to be proved than could be shown here")
    return size - failed, words
