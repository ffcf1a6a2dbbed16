"""Checks a certificate that a tiny transformer is right on more inputs than anybody can list. NumPy only.

    openwork-check-certificate FILE.cert.json [--weights MODEL.safetensors] [--every N]

How. Numbers are held between two ends as in `check.py`, whose arithmetic this is. For each output the questions fall
into *cases*, which `ADDER` and `MAXIMUM` below write down from the definition of the task: at some places one symbol is
known, at the others any of several may stand; in each case one answer is right, and it is counted how many questions
are in it. A reader has to agree with those thirty lines.

What a head writes is a mean of what it would write if it looked at one place alone. The share of an open place is at
most u / (K + u), K being the least that the known places weigh and u the most that this one can. So the head's mean is
the known places' own mean, moved by such a share towards what stands at each open place, of which the least and the
most are known. From there on everything is a pass on ends. A head alone without MLP and norms is followed exactly: its
lead is `sum of w l / sum of w`, which is at least m where the sum of the least `w (l - m)` of each place is not below
0; a case in which it is not is divided at the place that does most. What is not shown right is counted as not proved.

Nothing is taken from the certificate but the weights and what is claimed: cases, bounds and counts are made here.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np

from openwork_certificate.check import (
    activate,
    add,
    affine,
    divide,
    down,
    exact,
    exp,
    mul,
    norm,
    require,
    sub,
    total,
    up,
    weights_of,
)

BLOCK = 256  # cases at a time
SETS = 32  # of one head
MOST = 200_000  # sets that cases are divided into, at most

NOT_DIVIDED = "; sets are divided for one head alone, so that the certificate may be true"

# --- the tasks: for each output its place, and cases: [case, place, symbol] which may stand, the answer, how many ----


def adder(base, digits):
    """a[0..n-1] + b[0..n-1] = y[0..n-1], the lowest digit first; y[n] is the last carry. y[k] is asked where y[k-1] is.

    y[k] is (a[k] + b[k] + carry) mod base, and the carry is 1 where a[k-1] + b[k-1] and what was carried into place k-1
    come to base or more. y[k-1], which is shown, tells that last one. Of the B^2 ways to fill the k-1 places before,
    B = base^(k-1), those carry that have a + b >= B: B (B - 1) / 2.
    """
    n, end = digits, base + 2
    for k in range(n + 1):
        own = [(a, b) for a in range(base) for b in range(base)] if k < n else [(0, 0)]
        before = [(a, b, c) for a in range(base) for b in range(base) for c in ((0, 1) if k > 1 else (0,))]
        cases = [(*two, *three) for two in own for three in (before if k else [(0, 0, 0)])]
        allowed = np.zeros((len(cases), 2 * n + 2 + k, end), bool)
        allowed[:, :, :base] = True
        allowed[:, [n, 2 * n + 1]] = np.arange(end) == np.array([[base], [base + 1]])
        answers, counts = [], []
        ways = base ** max(k - 1, 0)
        carrying, later = ways * (ways - 1) // 2, base ** (2 * max(n - 1 - k, 0))
        for row, (a, b, a_before, b_before, carried) in enumerate(cases):
            shown = a_before + b_before + carried
            known = [(k, a), (n + 1 + k, b)] if k < n else []
            if k:
                known += [(k - 1, a_before), (n + k, b_before), (2 * n + 1 + k, shown % base)]
            for place, symbol in known:
                allowed[row, place] = np.arange(end) == symbol
            answers.append((a + b + shown // base) % base if k < n else shown // base)
            counts.append((carrying if carried else ways * ways - carrying) * later)
        yield f"y[{k}]", allowed, np.array(answers), counts


def maximum(numbers, length):
    """x[0..n-1] = : the largest, asked at `=`. A case is the largest, and the first place where it stands."""
    cases = [(most, first) for most in range(numbers) for first in range(length) if most or not first]
    allowed = np.zeros((len(cases), length + 1, numbers + 1), bool)
    allowed[:, -1, -1] = True
    for row, (most, first) in enumerate(cases):
        for place in range(length):
            least, end = (most, most + 1) if place == first else (0, most + (place > first))
            allowed[row, place, least:end] = True
    yield "maximum", allowed, np.array([most for most, _ in cases]), ways_in(allowed)


def adder_size(base, digits):
    return base ** (2 * digits)


def maximum_size(numbers, length):
    return numbers**length


TASKS: dict[str, tuple[Any, Any]] = {"reversed-addition": (adder, adder_size), "maximum": (maximum, maximum_size)}


def ways_in(allowed):
    """In how many ways each set can be filled."""
    return [math.prod(one) for one in allowed.sum(-1).tolist()]


# --- the model on one symbol at one place ----------------------------------------------------------------------------


class Tables:
    """What a symbol at a place does to one query: nothing else matters below the first attention."""

    def __init__(self, spec, W, query, places, symbols):
        self.spec, self.W = spec, W
        stream = exact(np.repeat(W["embed.W_E"][None, :symbols], places, axis=0))
        if spec["positional_embedding_type"] == "standard":
            stream = add(stream, exact(W["pos_embed.W_pos"][:places, None]))
        read = norm(spec, stream, W.get("blocks.0.ln1.w"), W.get("blocks.0.ln1.b"))
        self.start = add((stream[0][query], stream[1][query]), exact(W["blocks.0.attn.b_O"]))  # [symbol, d]
        d_head, given = np.float64(spec["d_head"]), spec["attn_scale"]
        scale = (down(np.sqrt(d_head)), up(np.sqrt(d_head))) if given is None else exact(np.float64(given))
        weights, written = [], []
        for h in range(spec["n_heads"]):
            q, k, v = (affine(read, W[f"blocks.0.attn.W_{x}"][h], W[f"blocks.0.attn.b_{x}"][h]) for x in "QKV")
            asks = q[0][query][:, None, None], q[1][query][:, None, None]
            score = divide(total(mul(asks, k)), scale)  # [asking symbol, place, symbol]
            top = score[1].max(axis=(1, 2), keepdims=True)
            weights.append((exp(down(score[0] - top))[0], exp(np.minimum(up(score[1] - top), 0.0))[1]))
            written.append(affine(v, W["blocks.0.attn.W_O"][h], np.zeros(spec["d_model"])))
        self.weight = tuple(np.maximum(np.stack(end, axis=1), 0.0) for end in zip(*weights, strict=True))
        self.written = tuple(np.stack(end) for end in zip(*written, strict=True))  # [head, place, symbol, d]

    def asked(self, allowed, query):
        """[case]: the symbol at the query, which has to be known."""
        require((allowed[:, query].sum(-1) == 1).all(), "a case in which the query's own symbol is not known")
        return allowed[:, query].argmax(-1)


def rivals(W, answer):
    """[d, rival], and [rival]: the right logit less each other one, as ends."""
    others = np.arange(len(W["unembed.b_U"])) != answer
    slope = sub(exact(W["unembed.W_U"][:, [answer]]), exact(W["unembed.W_U"][:, others]))
    return slope, sub(exact(W["unembed.b_U"][[answer]]), exact(W["unembed.b_U"][others]))


# --- any model of one layer: the known places' mean, moved by what the open ones can do ------------------------------


def leads_by_ends(tables, allowed, answers, query):
    """[case]: the right answer leads by at least so much."""
    spec, W = tables.spec, tables.W
    stream, inner = attended(tables, allowed, tables.asked(allowed, query)), None
    if not spec["attn_only"]:
        read = norm(spec, stream, W.get("blocks.0.ln2.w"), W.get("blocks.0.ln2.b"))
        inner = activate(spec["act_fn"], affine(read, W["blocks.0.mlp.W_in"], W["blocks.0.mlp.b_in"]))
    if spec["normalization_type"] is not None:  # what follows is not a sum of what the stream and the neurons do
        if inner is not None:
            stream = add(stream, affine(inner, W["blocks.0.mlp.W_out"], W["blocks.0.mlp.b_out"]))
        stream, inner = norm(spec, stream, W.get("ln_final.w"), W.get("ln_final.b")), None
    least = np.empty(len(answers))
    for answer in np.unique(answers):
        rows = answers == answer
        slope, lead = rivals(W, answer)
        lead = add(times_matrix((stream[0][rows], stream[1][rows]), slope), lead)
        if inner is not None:
            lead = add(lead, times_matrix(exact(W["blocks.0.mlp.b_out"][None]), slope))
            through = times_matrix(exact(W["blocks.0.mlp.W_out"]), slope)
            lead = add(lead, times_matrix((inner[0][rows], inner[1][rows]), through))
        least[rows] = lead[0].min(-1)
    return least


def attended(tables, allowed, asks):
    """[case, d]: the stream at the query behind attention."""
    known = allowed.sum(-1) == 1
    lo, hi = (end[asks] for end in tables.weight)  # [case, head, place, symbol]
    open_most = np.where((allowed & ~known[..., None])[:, None], hi, 0.0).max(-1)
    patterns, own = np.unique(allowed & ~known[..., None], axis=0, return_inverse=True)
    place = np.flatnonzero(known.any(0))
    symbol, at = allowed.argmax(-1)[:, place], known[:, place]
    stream = tuple(end[asks] for end in tables.start)
    for h in range(lo.shape[1]):
        weight = tuple(np.where(at, _at(end[:, h, place], symbol), 0.0) for end in (lo, hi))
        sums, written = total(weight), tuple(end[h] for end in tables.written)
        each = mul((weight[0][..., None], weight[1][..., None]), tuple(end[place, symbol] for end in written))
        mean = divide(total((each[0].swapaxes(1, 2), each[1].swapaxes(1, 2))), (sums[0][:, None], sums[1][:, None]))
        stream = add(stream, add(mean, moved(open_most[:, h], sums[0], written, patterns, own.ravel(), mean)))
    return stream


def _at(end, symbol):
    """[case, place]: the entry of the symbol that is known."""
    return np.take_along_axis(end, symbol[..., None], axis=-1)[..., 0]


def moved(most, least, written, patterns, own, mean):
    """[case, d]: what open places add to the known ones' mean. `most`, [case, place], is what each weighs at most, and
    `least` what the known ones do at least: a place's share is at most most / (least + most)."""
    low, high = np.zeros_like(mean[0]), np.zeros_like(mean[0])
    for place in np.flatnonzero(patterns.any((0, 2))):
        share = up(most[:, place] / down(least + most[:, place]))[:, None]
        may = patterns[:, place, :, None]
        lowest = np.where(may, written[0][place], np.inf).min(1)[own]
        highest = np.where(may, written[1][place], -np.inf).max(1)[own]
        fall, rise = np.minimum(down(lowest - mean[1]), 0.0), np.maximum(up(highest - mean[0]), 0.0)
        low, high = down(low + down(share * fall)), up(high + up(share * rise))
    return low, high


# --- one head and nothing else: a lead is a quotient, and followed exactly -------------------------------------------


def is_one_head(spec):
    return spec["n_heads"] == 1 and spec["attn_only"] and spec["normalization_type"] is None


class Quotient:
    """Of one answer: l - m for every rival, [rival, place, symbol] and [asking symbol, rival], lower ends."""

    def __init__(self, tables, answer, margin):
        slope, more = rivals(tables.W, answer)
        self.lead = np.moveaxis(times_matrix(tuple(end[0] for end in tables.written), slope)[0], -1, 0)
        self.fixed = sub(add(times_matrix(tables.start, slope), more), exact(np.float64(margin)))[0]
        self.weight = tuple(end[:, 0] for end in tables.weight)

    def terms(self, allowed, asks):
        """[case, rival, place, symbol]: the least of w (l - m); infinite where the symbol is not allowed."""
        low = down(self.lead + self.fixed[asks][..., None, None])
        weight = tuple(end[asks][:, None] for end in self.weight)
        return np.where(allowed[:, None], down(np.where(low >= 0, weight[0], weight[1]) * low), np.inf)


def times_matrix(x, M):
    """x M where both are ends: [.., d] and [d, out]."""
    found = exact(np.zeros((*x[0].shape[:-1], M[0].shape[1])))
    for i in range(M[0].shape[0]):
        found = add(found, mul((x[0][..., i, None], x[1][..., i, None]), (M[0][i], M[1][i])))
    return found


def divided_until_proved(tables, allowed, answers, _, query, margin, progress):
    """How many questions are not proved."""
    failed, looked = 0, 0
    for answer in np.unique(answers):
        quotient, left = Quotient(tables, answer, margin), allowed[answers == answer]
        while len(left) and looked < MOST:
            now, left = left[:SETS], left[SETS:]
            looked += len(now)
            term = quotient.terms(now, tables.asked(now, query))
            least = total((term.min(-1), term.min(-1)))[0]  # [case, rival]
            bad = np.flatnonzero(~(least >= 0).all(-1))
            single = (now[bad].sum(-1) == 1).all(-1)
            failed, bad = failed + int(single.sum()), bad[~single]
            left = np.concatenate([halves(now[bad], term[bad, least[bad].argmin(-1)]), left])
        failed += sum(ways_in(left))
        progress((answer + 1) / (answers.max() + 1))
    return failed


def halves(allowed, effect):
    """Each set in two, at the place whose symbols do the most different things."""
    several = allowed.sum(-1) > 1
    least, most = effect.min(-1), np.where(allowed, effect, -np.inf).max(-1)
    width = np.where(several, most - least, -1.0)
    rows, place = np.arange(len(allowed)), width.argmax(-1)
    here, own = allowed[rows, place], effect[rows, place]
    first = here & (own <= ((least + most) / 2)[rows, place][:, None])
    even = ~(here & ~first).any(-1)
    first[even] = here[even] & (here[even].cumsum(-1) <= (here[even].sum(-1) // 2)[:, None])
    parts = []
    for half in (first, here & ~first):
        part = allowed.copy()
        part[rows, place] = half
        parts.append(part)
    return np.concatenate(parts)


# --- the file --------------------------------------------------------------------------------------------------------


def check_words(held):
    told = {name: value for name, value in held.items() if name != "sha256"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
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
    failed, words = 0, [f"task {name}({', '.join(f'{k}={v}' for k, v in params.items())}): {size:,} questions"]
    for number, (output, allowed, answers, counts) in enumerate(outputs):
        require(sum(counts) == size, f"{output}: the cases hold {sum(counts):,} questions")
        query, symbols = allowed.shape[1] - 1, allowed.shape[2]
        require(allowed.shape[1] <= spec["n_ctx"] and symbols <= spec["d_vocab"], "the model is too small for the task")
        require(answers.max() < spec["d_vocab_out"] > 1, "the model has no such answer")
        allowed, answers, counts = allowed[::every], answers[::every], counts[::every]
        tables = Tables(spec, weights, query, query + 1, symbols)

        def told(done, number=number):
            progress((number + done) / len(outputs))

        judge = divided_until_proved if is_one_head(spec) else by_ends
        own = judge(tables, allowed, answers, counts, query, margin, told)
        failed += own
        shown = share_of(sum(counts) - own, sum(counts))
        words.append(f"  {output}: {len(answers):,} cases, {shown} of their questions proved")
    less = f"{claimed:,} questions are said to be proved, and no more than {size - failed:,} could be shown here"
    require(size - failed >= claimed, less + ("" if is_one_head(spec) else NOT_DIVIDED))
    return size - failed, words


def by_ends(tables, allowed, answers, counts, query, margin, progress):
    """How many questions are not proved."""
    failed = 0
    for start in range(0, len(answers), BLOCK):
        rows = slice(start, start + BLOCK)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            least = leads_by_ends(tables, allowed[rows], answers[rows], query)
        failed += sum(counts[start + bad] for bad in np.flatnonzero(~(least >= margin)))
        progress(min(1.0, (start + BLOCK) / len(answers)))
    return failed
