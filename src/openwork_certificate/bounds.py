"""By how much the right answer leads, at least, in every input of a set: at some places one symbol is known, at others
any of several may stand. A model of one layer; numbers are held between two ends, by the arithmetic of `check.py`.

What a head writes is a mean of what it would write if it looked at one place alone: `sum of w v / sum of w`. The share
of places that are open is at most u / (K + u), K being the least that the known places weigh and u the most that these
can. So the head's mean is the known places' own mean, moved by such a share towards what stands at the open places, of
which the least and the most are known. `ends` takes all open places as one, and then each by itself.

Where there is no norm behind the attention, what reaches a neuron, and a lead but for the neurons, are such means too:
of the value times the matrix before the neurons, or times the difference of two answers' columns. So ends are taken
there, and not of the stream, whose numbers move together. One head without MLP and norms is followed exactly: its lead
`sum of w l / sum of w` is at least m where the sum of the least `w (l - m)` of each place is not below 0.
"""

from __future__ import annotations

import numpy as np

from openwork_certificate.check import (
    TINY,
    activate,
    add,
    affine,
    divide,
    down,
    exact,
    exp,
    mul,
    norm,
    sub,
    total,
    up,
)


def times_matrix(x, M):
    """x M where both are ends: [.., d] and [d, out]."""
    found = exact(np.zeros((*x[0].shape[:-1], M[0].shape[1])))
    for i in range(M[0].shape[0]):
        found = add(found, mul((x[0][..., i, None], x[1][..., i, None]), (M[0][i], M[1][i])))
    return found


def weighed(weight, x):
    """Their product, where weights are not below 0."""
    low = np.minimum(weight[0] * x[0], weight[1] * x[0])
    return down(low), up(np.maximum(weight[0] * x[1], weight[1] * x[1]))


class Model:
    """What a symbol at a place does, whoever asks: nothing else matters below the first attention."""

    def __init__(self, spec, W, places, symbols):
        self.spec, self.W = spec, W
        self.stream = exact(np.repeat(W["embed.W_E"][None, :symbols], places, axis=0))  # [place, symbol, d]
        if spec["positional_embedding_type"] == "standard":
            self.stream = add(self.stream, exact(W["pos_embed.W_pos"][:places, None]))
        read = norm(spec, self.stream, W.get("blocks.0.ln1.w"), W.get("blocks.0.ln1.b"))
        projected = [
            [affine(read, W[f"blocks.0.attn.W_{x}"][h], W[f"blocks.0.attn.b_{x}"][h]) for x in "QKV"]
            for h in range(spec["n_heads"])
        ]
        self.q, self.k, values = zip(*projected, strict=True)
        written = [
            affine(v, out, np.zeros(spec["d_model"])) for v, out in zip(values, W["blocks.0.attn.W_O"], strict=True)
        ]
        self.written = tuple(np.stack(end) for end in zip(*written, strict=True))  # [head, place, symbol, d]
        self.leads, self.through_norm = {}, spec["normalization_type"] is not None
        if not self.through_norm and not spec["attn_only"]:
            self.neurons = affine(self.written, W["blocks.0.mlp.W_in"], np.zeros(spec["d_mlp"]))

    def lead(self, answer):
        """By how much it leads each other one, as `Lead`."""
        if answer not in self.leads:
            self.leads[answer] = Lead(self, answer)
        return self.leads[answer]


class Lead:
    """Of one answer over every other one. Attributes: `slope` [d, rival] and `fixed` [rival], a lead as a function of
    the stream; without norms also `written`, the model's times `slope`, and `through` [rival, neuron]."""

    def __init__(self, model, answer):
        W, others = model.W, np.arange(len(model.W["unembed.b_U"])) != answer
        self.slope = sub(exact(W["unembed.W_U"][:, [answer]]), exact(W["unembed.W_U"][:, others]))
        self.fixed = sub(exact(W["unembed.b_U"][[answer]]), exact(W["unembed.b_U"][others]))
        self.written = None if model.through_norm else times_matrix(model.written, self.slope)
        if not model.through_norm and not model.spec["attn_only"]:
            self.fixed = add(
                self.fixed, tuple(end[0] for end in times_matrix(exact(W["blocks.0.mlp.b_out"][None]), self.slope))
            )
            through = times_matrix(exact(W["blocks.0.mlp.W_out"]), self.slope)
            self.through = through[0].T, through[1].T


class Tables:
    """Of the query at one place, which sees all up to itself."""

    def __init__(self, model, query):
        spec, self.model, self.seen, self.kept = model.spec, model, query + 1, {}
        self.start = add((model.stream[0][query], model.stream[1][query]), exact(model.W["blocks.0.attn.b_O"]))
        d_head, given = np.float64(spec["d_head"]), spec["attn_scale"]
        scale = (down(np.sqrt(d_head)), up(np.sqrt(d_head))) if given is None else exact(np.float64(given))
        weights = []
        for q, k in zip(model.q, model.k, strict=True):
            asks = q[0][query][:, None, None], q[1][query][:, None, None]
            score = divide(
                total(mul(asks, (k[0][: self.seen], k[1][: self.seen]))), scale
            )  # [asking symbol, place, symbol]
            top = score[1].max(axis=(1, 2), keepdims=True)
            weights.append((exp(down(score[0] - top))[0], exp(np.minimum(up(score[1] - top), 0.0))[1]))
        self.weight = tuple(np.maximum(np.stack(end, axis=1), 0.0) for end in zip(*weights, strict=True))

    def stream(self, asks):
        """What reaches the stream, as a `Sum`."""
        return Sum(self, asks, self.start, self.model.written)

    def lead(self, asks, answer):
        """By how much an answer leads each other one, but for the neurons, as a `Sum`."""
        if answer not in self.kept:
            own = self.model.lead(answer)
            self.kept[answer] = add(times_matrix(self.start, own.slope), own.fixed)
        return Sum(self, asks, self.kept[answer], self.model.lead(answer).written)

    def neurons(self, asks):
        """What reaches the neurons, as a `Sum`."""
        if ("neurons", asks) not in self.kept:
            start = affine(self.start, self.model.W["blocks.0.mlp.W_in"], self.model.W["blocks.0.mlp.b_in"])
            self.kept["neurons", asks] = Sum(self, asks, start, self.model.neurons)
        return self.kept["neurons", asks]


class Sum:
    """Where the query's symbol is known: a start [out], and what heads write [head, place, symbol, out], by itself and
    times the weights of their attention."""

    def __init__(self, tables, asks, start, written):
        self.start, self.written = tuple(end[asks] for end in start), tuple(end[:, : tables.seen] for end in written)
        self.weighed = weighed(tuple(end[asks][..., None] for end in tables.weight), self.written)


# --- ends ------------------------------------------------------------------------------------------------------------


class Shares:
    """Of sets [case, place, symbol]: what known places weigh, and what share open ones can have of all, at most."""

    def __init__(self, tables, asks, allowed, closer):
        known = allowed.sum(-1) == 1
        places, open_ = np.arange(allowed.shape[1]), allowed & ~known[..., None]
        lo, hi = (end[asks] for end in tables.weight)
        self.place = np.flatnonzero(known.any(0))[:, None]
        self.symbol, self.known = (of.T[self.place[:, 0]] for of in (allowed.argmax(-1), known))  # [known place, case]
        own = (np.where(self.known, end[:, self.place, self.symbol], 0.0) for end in (lo, hi))
        self.sums = total(tuple(own), axis=1)  # [head, case]
        most = np.where(open_, hi[:, None], 0.0).max(-1)
        self.groups = np.array([[place] for place in places] if closer else [places])
        most = most if closer else total((most, most))[1][..., None]
        self.share = up(most / down(self.sums[0][..., None] + most))  # [head, case, group]
        alike = (open_ == open_[:1]).all()
        patterns, kinds = (open_[:1], np.zeros(1, int)) if alike else np.unique(open_, axis=0, return_inverse=True)
        self.patterns, self.own = patterns, kinds.ravel()

    def of(self, sum_):
        """[case, out]: the start, and for each head the known places' mean, moved by the open ones."""
        found = tuple(end[None] for end in sum_.start)
        for h in range(len(self.share)):
            each = (end[h][self.place, self.symbol] * self.known[..., None] for end in sum_.weighed)
            mean = divide(total(tuple(each), axis=0), tuple(end[h, :, None] for end in self.sums))
            found = add(found, add(mean, self._moved(h, tuple(end[h] for end in sum_.written), mean)))
        return found

    def _moved(self, h, written, mean):
        low, high = np.zeros_like(mean[0]), np.zeros_like(mean[0])
        for number, group in enumerate(self.groups):
            may = self.patterns[:, group, :, None]
            if may.any():
                never = ~may.any((1, 2))  # its share is 0
                lowest = np.where(never, 0.0, np.where(may, written[0][group], np.inf).min((1, 2)))[self.own]
                highest = np.where(never, 0.0, np.where(may, written[1][group], -np.inf).max((1, 2)))[self.own]
                share = self.share[h, :, number, None]
                low = down(low + down(share * np.minimum(down(lowest - mean[1]), 0.0)))
                high = up(high + up(share * np.maximum(up(highest - mean[0]), 0.0)))
        return low, high


def ends(tables, asks, answer, allowed, closer):
    """[case, rival]: the right answer leads each other one by at least so much, where the query's symbol is `asks`; and
    what reaches the neurons, None where that is not a sum of what heads write."""
    spec, W, shares, reach = tables.model.spec, tables.model.W, Shares(tables, asks, allowed, closer), None
    lead = tables.model.lead(answer)
    if not tables.model.through_norm:
        least = shares.of(tables.lead(asks, answer))[0]
        if not spec["attn_only"]:
            reach, times = shares.of(tables.neurons(asks)), weighed if spec["act_fn"] == "relu" else mul
            neurons = activate(spec["act_fn"], reach)
            each = [total(times(neurons, own))[0] for own in zip(*lead.through, strict=True)]
            least = down(least + np.stack(each, axis=-1))
        return least, reach
    stream = shares.of(tables.stream(asks))
    if not spec["attn_only"]:
        read = norm(spec, stream, W.get("blocks.0.ln2.w"), W.get("blocks.0.ln2.b"))
        inner = activate(spec["act_fn"], affine(read, W["blocks.0.mlp.W_in"], W["blocks.0.mlp.b_in"]))
        stream = add(stream, affine(inner, W["blocks.0.mlp.W_out"], W["blocks.0.mlp.b_out"]))
    stream = norm(spec, stream, W.get("ln_final.w"), W.get("ln_final.b"))
    return add(times_matrix(stream, lead.slope), lead.fixed)[0], reach


def guessed(tables, asks, answer, allowed, least, reach):
    """[case, place, symbol]: about what each symbol does to the least lead, infinite where it may not stand. Only where
    to divide hangs on it, so that it is not held between ends."""
    model, rival = tables.model, least.argmin(-1)
    lead = model.lead(answer)
    slope = lead.slope[0].T[rival]
    if reach is not None:
        gate = activate(model.spec["act_fn"], reach)
        chord = (gate[1] - gate[0]) / np.maximum(reach[1] - reach[0], TINY)
        slope = slope + (chord * lead.through[0][rival]) @ model.W["blocks.0.mlp.W_in"].T
    weight, known = tables.weight[1][asks], (allowed.sum(-1) == 1)[..., None]
    written = np.einsum("hpsd,cd->chps", model.written[0][:, : tables.seen], slope)
    at = weight * (allowed & known)[:, None]
    sums = at.sum((2, 3), keepdims=True)
    mean = (at * written).sum((2, 3), keepdims=True) / sums
    return np.where(allowed, (weight / sums * (written - mean)).sum(1), np.inf)


# --- one head and nothing else: a lead is a quotient, and followed exactly -------------------------------------------


def is_one_head(spec):
    return spec["n_heads"] == 1 and spec["attn_only"] and spec["normalization_type"] is None


def quotients(tables, asks, answer, allowed, margin):
    """[case, rival, place, symbol]: the least of w (l - m), which is not below 0 in sum where the answer leads by m or
    more; infinite where the symbol is not allowed."""
    lead = tables.lead(asks, answer)
    fixed = sub(lead.start, exact(np.float64(margin)))[0]
    low = np.moveaxis(down(lead.written[0][0] + fixed), -1, 0)  # [rival, place, symbol]
    least, most = (end[asks][0] for end in tables.weight)
    return np.where(allowed[:, None], down(np.where(low >= 0, least, most) * low), np.inf)


# --- dividing --------------------------------------------------------------------------------------------------------


def halves(allowed, effect):
    """Each set in two, at the place whose symbols do the most different things."""
    several = allowed.sum(-1) > 1
    least, most = effect.min(-1), np.where(allowed, effect, -np.inf).max(-1)
    width = np.where(several, most - least, -1.0)
    rows, place = np.arange(len(allowed)), width.argmax(-1)
    here, own = allowed[rows, place], effect[rows, place]
    first = here & (own <= ((least + most) / 2)[rows, place][:, None])
    even = ~(first.any(-1) & (here & ~first).any(-1))
    first[even] = here[even] & (here[even].cumsum(-1) <= (here[even].sum(-1) // 2)[:, None])
    parts = []
    for half in (first, here & ~first):
        part = allowed.copy()
        part[rows, place] = half
        parts.append(part)
    return np.concatenate(parts)
