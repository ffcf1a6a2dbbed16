"""Where a certificate is of a model with components set to their mean: what that mean is, between two ends.

The mean over all inputs of what a component writes, position by position, in the model as it is. Every value lies
between two ends (`check.py`), so the mean lies between the means of these. A head's, or all heads', is taken before the
matrix W_O, which is linear: the mean of what it writes is what W_O makes of the mean. Then every input runs with these
ends in the component's place: whatever the true mean is, it lies there.
"""

from __future__ import annotations

import re

import numpy as np

from openwork_certificate.check import (
    BLOCK,
    Refused,
    add,
    check_domain,
    check_words,
    divide,
    exact,
    logits,
    require,
    total,
    weights_of,
)

COMPONENT = re.compile(r"(blocks\.(0|[1-9]\d*)\.(?:attn|mlp))(?:\.head\.(0|[1-9]\d*))?")


def places_of(held):
    """Of every component: attention or MLP of which layer, and which of its numbers."""
    spec, names, found = held["model"], held["mean"], []
    require(isinstance(names, list) and names and len(set(names)) == len(names), "mean: no list of components")
    for name in names:
        match = COMPONENT.fullmatch(name)
        if match is None or int(match[2]) >= spec["n_layers"]:
            raise Refused(f"mean: the model has no {name}")
        place, head = match[1], match[3]
        attention = place.endswith("attn")
        require(head is None or (attention and int(head) < spec["n_heads"]), f"mean: the model has no {name}")
        require(attention or not spec["attn_only"], f"mean: the model has no {name}")
        start = 0 if head is None else int(head) * spec["d_head"]
        found.append((place, slice(start, None if head is None else start + spec["d_head"])))
    return found


def means(held, progress=lambda done: None):
    """What `check.logits` puts at each place: the ends of its mean, at the components that are named."""
    check_words(held)
    tokens, _, graded = check_domain(held)
    weights, spec, places = weights_of(held), held["model"], places_of(held)
    sums: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def added(place, x):
        own = total(x, axis=0)
        sums[place] = add(sums[place], own) if place in sums else own
        return x

    for start in range(0, len(tokens), BLOCK):
        with np.errstate(over="ignore", invalid="ignore"):
            logits(spec, weights, tokens[start : start + BLOCK], graded, added)
        progress(min(1.0, (start + BLOCK) / len(tokens)))
    mean = {place: divide(own, exact(np.float64(len(tokens)))) for place, own in sums.items()}

    def replaced(place, x):
        low, high = x[0].copy(), x[1].copy()
        for own, columns in places:
            if own == place:
                low[..., columns], high[..., columns] = mean[place][0][..., columns], mean[place][1][..., columns]
        return low, high

    return replaced
