"""Checks a certificate that a tiny transformer is right on every input. NumPy only; nothing here comes from openwork.

    openwork-check-certificate FILE.cert.json [--weights MODEL.safetensors]

How. Every number of the forward pass is held between two float64 numbers, `lo` and `hi`. IEEE 754 gives the nearest
number x to a true sum, product, quotient or root, so the true one lies between the neighbours of x. `down` and `up`
go at least so far: x - |x| / 2^52 is below the neighbour or is it, and so it stays when it is rounded, for the
neighbour is a number too. That is the whole arithmetic. openwork itself computes with midpoints and radii, in C++.
An answer is right with margin m where the lower end of its logit less the upper end of every other one is at least m.

Not checked: that the domain is what you care about (its inputs are described, and some are printed), that the answers
in it are right, or a program's where it says so, and that some engine's float32 pass gives them too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import zlib
from fractions import Fraction

import numpy as np

BLOCK = 512  # inputs at a time
STATEMENT = (
    "For every input of the domain and at every graded position, the function that these weights define over the real "
    "numbers gives {} a logit that is larger than every other by at least the margin."
)
AT_MEAN = (
    " What the components named in this file write is set to its mean over all inputs of the domain, position by "
    "position."
)


class Refused(Exception):
    """The certificate is not one, or not true."""


# --- intervals: pairs (lo, hi) of arrays ---------------------------------------------------------------------------


ULP, TINY = 2.0**-52, 1e-300  # TINY is for numbers so small that their neighbours are not |x| / 2^52 away


def down(x):
    return x - (abs(x) * ULP + TINY)


def up(x):
    return x + (abs(x) * ULP + TINY)


def add(a, b):
    return down(a[0] + b[0]), up(a[1] + b[1])


def sub(a, b):
    return down(a[0] - b[1]), up(a[1] - b[0])


def mul(a, b):
    products = [a[i] * b[j] for i in (0, 1) for j in (0, 1)]
    return down(np.minimum.reduce(products)), up(np.maximum.reduce(products))


def divide(a, b):
    """By what is above 0; where that is not sure, nothing is said: no number, which no claim survives."""
    b = np.where(b[0] > 0, b, np.nan)
    lo = a[0] / np.where(a[0] >= 0, b[1], b[0])
    hi = a[1] / np.where(a[1] >= 0, b[0], b[1])
    return down(lo), up(hi)


def total(a, axis=-1):
    """Over an axis: one half is added to the other, until there is one."""
    lo, hi = np.moveaxis(a[0], axis, 0), np.moveaxis(a[1], axis, 0)
    while (n := len(lo)) > 1:
        half, rest = n // 2, slice(n - n % 2, n)
        both = add((lo[:half], hi[:half]), (lo[half : 2 * half], hi[half : 2 * half]))
        lo, hi = (np.concatenate([both[0], lo[rest]]), np.concatenate([both[1], hi[rest]])) if n % 2 else both
    return lo[0], hi[0]


def affine(x, W, b):
    """x W + b with exact weights: [.., in] to [.., out]."""
    lo = np.broadcast_to(b, (*x[0].shape[:-1], W.shape[1])).copy()
    hi = lo.copy()
    for i in range(W.shape[0]):
        one, other = x[0][..., i, None] * W[i], x[1][..., i, None] * W[i]
        lo = down(lo + down(np.minimum(one, other)))
        hi = up(hi + up(np.maximum(one, other)))
    return lo, hi


def exact(x):
    return x, x


LN2 = 0.6931471805599453094172321214581765680755001343602552541206800094933936
LN2_HIGH = math.floor(LN2 * 2**40) / 2**40  # times a whole number below 2^12 it is exact
# ln 2 less that, between neighbours: ln 2 = 0.693147180559945309417232121458176568...
_REST = Fraction("0.693147180559945309417232121458176568075500134360255254") - Fraction(LN2_HIGH)
LN2_LOW = float(down(float(_REST))), float(up(float(_REST)))
TERMS = 18
FACTORIAL = [
    (float(down(float(Fraction(1, math.factorial(n))))), float(up(float(Fraction(1, math.factorial(n))))))
    for n in range(TERMS)
]
REST = 1e-18  # t^18 / 18! e^t for t below 0.7


def exp(x):
    """e^x lies between; x is one number each, below 700."""
    x = np.maximum(x, -1000.0)
    k = np.floor(x * 1.4426950408889634)
    for _ in range(3):  # so that what is left is surely not below 0
        left = down(down(x - k * LN2_HIGH) - up(np.maximum(k * LN2_LOW[0], k * LN2_LOW[1])))
        k = np.where(left < 0, k - 1, k)
    rest = x - k * LN2_HIGH
    lo = np.maximum(down(down(rest) - up(np.maximum(k * LN2_LOW[0], k * LN2_LOW[1]))), 0.0)
    hi = up(up(rest) - down(np.minimum(k * LN2_LOW[0], k * LN2_LOW[1])))
    low, high = np.full_like(x, FACTORIAL[-1][0]), np.full_like(x, FACTORIAL[-1][1])
    for least, most in FACTORIAL[-2::-1]:
        low, high = down(down(low * lo) + least), up(up(high * hi) + most)
    high = up(high + REST)
    scale = np.ldexp(1.0, np.clip(k, -1000, 1000).astype(int))
    tiny = k < -1000
    unknown = (left < 0) | ~(hi < 0.75)
    return (
        np.where(unknown, np.nan, np.where(tiny, 0.0, low * scale)),
        np.where(unknown, np.nan, np.where(tiny, 2.0**-990, high * scale)),
    )


# --- layers ------------------------------------------------------------------------------------------------------


def norm(spec, x, w, b):
    kind = spec["normalization_type"]
    if kind is None:
        return x
    d = exact(np.float64(spec["d_model"]))
    if kind in ("LN", "LNPre"):
        mean = divide(total(x), d)
        x = sub(x, (mean[0][..., None], mean[1][..., None]))
    least = np.where((x[0] <= 0) & (x[1] >= 0), 0.0, np.minimum(abs(x[0]), abs(x[1])))
    most = np.maximum(abs(x[0]), abs(x[1]))
    variance = divide(total((np.maximum(down(least * least), 0.0), up(most * most))), d)
    lo, hi = add(variance, exact(np.float64(spec["eps"])))
    root = down(np.sqrt(np.maximum(lo, spec["eps"])))[..., None], up(np.sqrt(hi))[..., None]
    x = divide(x, root)
    x = x if w is None else mul(x, exact(w))
    return x if b is None else add(x, exact(b))


def softmax(score, hidden):
    """[.., key]: an entry is least where it is as low, and all others as high, as can be."""
    top = np.where(hidden, -np.inf, score[1]).max(axis=-1, keepdims=True)
    top = np.where(hidden.all(axis=-1, keepdims=True), 0.0, top)  # one that overflows leaves nothing known
    low = np.where(hidden, 0.0, np.maximum(exp(down(score[0] - top))[0], 0.0))
    high = np.where(hidden, 0.0, exp(np.minimum(up(score[1] - top), 0.0))[1])
    lows, highs = total((low, high))
    others_high = np.maximum(up(highs[..., None] - high), 0.0)
    others_low = np.maximum(down(lows[..., None] - low), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lo, hi = down(low / up(low + others_high)), up(high / down(high + others_low))
    return np.where(hidden, 0.0, np.maximum(lo, 0.0)), np.where(hidden, 0.0, np.minimum(hi, 1.0))


def attention(spec, x, hidden, W, at):
    """What all heads write. W: name to array; `at` is given what they found, [input, position, number]."""
    n, e = x[0].shape[1], spec["d_head"]
    scale = spec["attn_scale"]
    root = (down(np.sqrt(np.float64(e))), up(np.sqrt(np.float64(e)))) if scale is None else exact(np.float64(scale))
    heads = []
    for h in range(spec["n_heads"]):
        q, k, v = (affine(x, W[f"W_{c}"][h], W[f"b_{c}"][h]) for c in "QKV")
        z = np.empty((2, *q[0].shape))
        for t in range(n):  # one query at a time, so that arrays stay small
            row = mul((q[0][:, t, None], q[1][:, t, None]), k)
            p = softmax(divide(total(row), root), hidden[:, t])
            lo = np.where(v[0] >= 0, p[0][..., None], p[1][..., None]) * v[0]
            hi = np.where(v[1] >= 0, p[1][..., None], p[0][..., None]) * v[1]
            z[:, :, t] = total((down(lo).swapaxes(1, 2), up(hi).swapaxes(1, 2)))
        heads.append(z)
    z = np.concatenate(heads, axis=-1)
    return affine(at((z[0], z[1])), W["W_O"].reshape(-1, spec["d_model"]), W["b_O"])


def gate_at(act, x):
    """What x is multiplied by, at one number each."""
    if act == "gelu":
        far = abs(x) > 8
        at = np.clip(x, -8, 8)
        square = (np.maximum(down(at * at), 0.0), up(at * at))
        term = series = exact(abs(at))  # |x| + |x|^3 / 3 + |x|^5 / 15 + ..
        for n in range(1, 300):
            term = divide(mul(term, square), exact(np.float64(2 * n + 1)))
            series = add(series, term)
        series = series[0], up(series[1] + term[1])  # from here on the terms halve at least
        bell = exp(-(square[1] / 2))[0], exp(np.minimum(-(square[0] / 2), 0.0))[1]
        constant = (0.39894228040143, 0.39894228040144)  # 1 / sqrt(2 pi)
        half = mul(mul(bell, constant), series)
        lo, hi = np.where(x >= 0, 0.5 + half[0], 0.5 - half[1]), np.where(x >= 0, 0.5 + half[1], 0.5 - half[0])
        beyond = 6.3e-16  # of the normal distribution beyond 8
        lo = np.where(far, np.where(x > 0, 1 - 2 * beyond, 0.0), down(lo))
        return lo, np.where(far, np.where(x > 0, 1.0, beyond), up(hi))
    bracket = exact(x)
    if act == "gelu_new":
        cube = mul(exact(x), mul(exact(x), exact(x)))
        bracket = mul(
            add(exact(x), mul(cube, (0.0447149999999999, 0.0447150000000001))), (1.59576912160573, 1.59576912160574)
        )
    bracket = np.clip(bracket[0], -690, 690), np.clip(bracket[1], -690, 690)  # beyond: the gate is 0 or 1 to 1e-299
    odds = exp(-bracket[1])[0], exp(-bracket[0])[1]
    lo, hi = down(1 / up(1 + odds[1])), up(1 / down(1 + odds[0]))
    return np.where(bracket[0] <= -690, 0.0, lo), np.where(bracket[1] >= 690, 1.0, hi)


def activate(act, x):
    if act == "relu":
        return np.maximum(x[0], 0.0), np.maximum(x[1], 0.0)
    at = mul(exact(x[0]), gate_at(act, x[0]))
    wide = up(1.5 * up(x[1] - x[0]))  # no such function is steeper than 1.5
    return down(at[0] - wide), up(at[1] + wide)


def as_it_is(place, x):
    return x


def logits(spec, W, tokens, graded, at=as_it_is):
    """`at` is given what heads found and what MLPs write, and gives what stands there instead."""
    n, last = tokens.shape[1], spec["n_layers"] - 1
    hidden = np.broadcast_to(np.triu(np.ones((n, n), bool), 1) if spec["attention_dir"] == "causal" else False, (n, n))
    hidden = np.broadcast_to(hidden, (len(tokens), n, n))
    if spec["pad_token"] is not None:
        hidden = hidden | (tokens == spec["pad_token"])[:, None, :]
    x = exact(W["embed.W_E"][tokens])
    if spec["positional_embedding_type"] == "standard":
        x = add(x, exact(W["pos_embed.W_pos"][:n]))
    for layer in range(last + 1):
        block = f"blocks.{layer}."
        attn = block + "attn"
        of = {name.removeprefix(attn + "."): array for name, array in W.items() if name.startswith(attn + ".")}
        read = norm(spec, x, W.get(block + "ln1.w"), W.get(block + "ln1.b"))
        x = add(x, attention(spec, read, hidden, of, lambda z, attn=attn: at(attn, z)))
        if not spec["attn_only"]:
            read = norm(spec, x, W.get(block + "ln2.w"), W.get(block + "ln2.b"))
            inner = activate(spec["act_fn"], affine(read, W[block + "mlp.W_in"], W[block + "mlp.b_in"]))
            x = add(x, at(block + "mlp", affine(inner, W[block + "mlp.W_out"], W[block + "mlp.b_out"])))
    x = norm(spec, (x[0][:, graded], x[1][:, graded]), W.get("ln_final.w"), W.get("ln_final.b"))
    return affine(x, W["unembed.W_U"], W["unembed.b_U"])


def leads(found, answers):
    """[input]: bounds of what the right logit leads by, where it leads least."""
    right = answers[..., None]
    lo, hi = (np.take_along_axis(end, right, axis=-1) for end in found)
    least, most = down(lo - found[1]), up(hi - found[0])
    for end in (least, most):
        np.put_along_axis(end, right, np.inf, axis=-1)
    return least.min(axis=(1, 2)), most.min(axis=(1, 2))


# --- the file ------------------------------------------------------------------------------------------------------


def unpack(held, what):
    raw = zlib.decompress(base64.b64decode(held["zlib_base64"]))
    if hashlib.sha256(raw).hexdigest() != held["sha256"]:
        raise Refused(f"{what}: the numbers are not those of their SHA-256")
    array = np.frombuffer(raw, np.dtype(held["dtype"]).newbyteorder("<"))
    return array.reshape(held["shape"], order=held.get("order", "C"))


KINDS = {
    "normalization_type": (None, "LN", "LNPre", "RMS", "RMSPre"),
    "act_fn": ("relu", "gelu", "gelu_new", "silu"),
    "attention_dir": ("causal", "bidirectional"),
    "positional_embedding_type": ("standard", "none"),
    "attn_only": (False, True),
    "dtype": ("float32", "float64"),
}
SIZES = "n_layers", "d_model", "n_heads", "d_head", "d_mlp", "d_vocab", "d_vocab_out", "n_ctx"


def check_spec(spec):
    """A model that is one: nothing of it is left unread here, and every size is a whole number."""
    require(
        spec.keys() == {*KINDS, *SIZES, "eps", "attn_scale", "pad_token"}, "the model has other fields than a model"
    )
    require(all(spec[name] in kinds for name, kinds in KINDS.items()), "the model is of a kind that is not known here")
    require(all(type(spec[name]) is int and spec[name] >= 0 for name in SIZES), "a size is not a whole number")
    numbers = [spec["eps"], 1.0 if spec["attn_scale"] is None else spec["attn_scale"]]
    require(all(type(x) is float and 0 < x < math.inf for x in numbers), "eps or attn_scale is not a number above 0")
    pad = spec["pad_token"]
    require(pad is None or (type(pad) is int and 0 <= pad < spec["d_vocab"]), "the pad is not a token")


def shapes_of(spec):
    """Every weight that a model of this spec has: one left out, or too many, would go unnoticed below."""
    d, heads, e, m, out = (spec[name] for name in ("d_model", "n_heads", "d_head", "d_mlp", "d_vocab_out"))
    norm = {"LN": "wb", "RMS": "w"}.get(spec["normalization_type"], "")
    block = {f"attn.W_{x}": [heads, d, e] for x in "QKV"} | {f"attn.b_{x}": [heads, e] for x in "QKV"}
    block |= {"attn.W_O": [heads, e, d], "attn.b_O": [d]} | {f"ln1.{x}": [d] for x in norm}
    if not spec["attn_only"]:
        block |= {"mlp.W_in": [d, m], "mlp.b_in": [m], "mlp.W_out": [m, d], "mlp.b_out": [d]}
        block |= {f"ln2.{x}": [d] for x in norm}
    found = {f"blocks.{layer}.{name}": shape for layer in range(spec["n_layers"]) for name, shape in block.items()}
    if spec["positional_embedding_type"] == "standard":
        found["pos_embed.W_pos"] = [spec["n_ctx"], d]
    found |= {f"ln_final.{x}": [d] for x in norm}
    return found | {"embed.W_E": [spec["d_vocab"], d], "unembed.W_U": [d, out], "unembed.b_U": [out]}


def weights_of(held):
    spec, shapes = held["model"], held["weights"]["shapes"]
    check_spec(spec)
    require(shapes == shapes_of(spec), "weights: others than a model of this kind and these sizes has")
    flat, found, start = unpack(held["weights"], "weights").astype(np.float64), {}, 0
    for name, shape in shapes.items():
        stop = start + math.prod(shape)
        found[name], start = flat[start:stop].reshape(shape), stop
    if start != len(flat) or not np.isfinite(flat).all():
        raise Refused("weights: more or fewer than their shapes say, or not finite")
    require(held["weights"]["dtype"] == spec["dtype"], "weights: of another dtype than the model says")
    return found


def require(true, what):
    if not true:
        raise Refused(what)


def statement_of(held):
    """Of whose answers, and of a model with what at its mean: nothing else may be said."""
    whose = (
        "the answer that stands in this file as that of the program in it" if "program" in held else "the right answer"
    )
    return STATEMENT.format(whose) + (AT_MEAN if "mean" in held else "")


def check_words(held):
    told = {name: value for name, value in held.items() if name != "sha256"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    require(held["statement"] == statement_of(held), "the statement is another than the one that is checked here")
    require(held.get("format") == "openwork certificate" and held.get("version") == 1, "not a certificate of version 1")
    require(hashlib.sha256(text.encode()).hexdigest() == held.get("sha256"), "the file is not the one its SHA-256 says")
    margin, counts, found = held["margin"], held["counts"], held["found"]
    require(isinstance(margin, float) and 0 <= margin < math.inf, "the margin is not a number from 0 up")
    require(counts["proved"] == counts["inputs"] > 0, "not every input is said to be proved")
    require(found["smallest_lead"] >= margin, "the smallest lead that was found is below the margin")
    require(0 <= found["where"] < counts["inputs"] and found["largest_radius"] >= 0, "no such place or radius")


def check_domain(held):
    spec, counts, domain = held["model"], held["counts"], held["domain"]
    tokens, answers = unpack(domain["tokens"], "tokens").astype(int), unpack(domain["answers"], "answers").astype(int)
    graded = domain["graded"]
    require(tokens.ndim == answers.ndim == 2 and all(type(place) is int for place in graded), "no table of tokens")
    require(tokens.shape[0] == answers.shape[0] == counts["inputs"], "inputs: not as many as the count says")
    require(answers.shape[1] == len(graded) == counts["graded"] > 0, "graded positions: not as many as the count says")
    require(sorted(set(graded)) == graded and 0 <= graded[0] <= graded[-1] < tokens.shape[1] <= spec["n_ctx"], "graded")
    require(tokens.min() >= 0 and tokens.max() < spec["d_vocab"], "tokens: outside the vocabulary")
    require(answers.min() >= 0 and answers.max() < spec["d_vocab_out"] > 1, "answers: outside the vocabulary")
    require(len(np.unique(tokens, axis=0)) == len(tokens), "inputs: some stand there twice")
    return tokens, answers, graded


def check(held, progress=lambda done: None, at=None):
    """Raises Refused unless the certificate is true; gives the smallest lead found here. `at` is what `edited.py` makes
    of a certificate that names components at their mean, and of no other."""
    check_words(held)
    require(("mean" in held) == (at is not None), "components at their mean are for edited.py")
    tokens, answers, graded = check_domain(held)
    weights, spec, smallest = weights_of(held), held["model"], math.inf
    for start in range(0, len(tokens), BLOCK):
        rows = slice(start, start + BLOCK)
        with np.errstate(over="ignore", invalid="ignore"):
            least, most = leads(logits(spec, weights, tokens[rows], graded, at or as_it_is), answers[rows])
        bad = np.flatnonzero(~(least >= held["margin"]))
        require(not len(bad), f"input {start + bad[:1]}: the lead may be as small as {least[bad[:1]]}")
        where = held["found"]["where"] - start
        if 0 <= where < len(most):
            require(held["found"]["smallest_lead"] <= most[where], "the smallest lead is above what it can be there")
        smallest = min(smallest, float(least.min()))
        progress(min(1.0, (start + BLOCK) / len(tokens)))
    return smallest
