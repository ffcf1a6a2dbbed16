"""What a certificate is about, in words: a reader has to agree with it."""

from __future__ import annotations

import numpy as np

from openwork_certificate.check import KINDS, SIZES, check_domain


def model_in_words(spec):
    """What a reader has to agree with: nothing of it is in the weights."""
    names = [*SIZES, *KINDS, "eps", "attn_scale", "pad_token"]
    return "model: " + ", ".join(f"{name} {spec[name]}" for name in names if spec[name] is not None)


def described(held):
    """The domain in words: which positions make up all of it, and some of it."""
    tokens, answers, _ = check_domain(held)
    chosen: list[int] = []
    product = 1
    for position in range(tokens.shape[1]):
        symbols = len(np.unique(tokens[:, position]))
        if symbols > 1 and product * symbols <= len(tokens):
            chosen, product = [*chosen, position], product * symbols
    task, (inputs, seen) = held["domain"]["task"], tokens.shape
    yield f"task {task}: {inputs:,} inputs of {seen} tokens, {answers.shape[1]} answers each"
    if product == len(tokens) == len(np.unique(tokens[:, chosen], axis=0)):
        yield f"they are all combinations of symbols at positions {', '.join(map(str, chosen))}"
    words, out = held["domain"]["vocabulary"], held["domain"]["answer_vocabulary"]
    if "mean" in held:
        yield f"set to its mean over these inputs: {', '.join(held['mean'])}"
    if "program" in held:
        yield "answers are those that this program is said to give, which is not checked here:"
        yield str(held["program"]["text"]).rstrip()
    for row in (0, len(tokens) // 2, len(tokens) - 1):
        yield f"  {' '.join(words[t] for t in tokens[row])}  ->  {' '.join(out[a] for a in answers[row])}"
