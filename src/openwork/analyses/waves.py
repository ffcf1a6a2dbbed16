"""Waves over pairs of numbers modulo p, and what of a table lies in them.

A table is `[a, b, unit]`, a number for each pair and unit. Its two-dimensional discrete Fourier transform writes it as
waves of a and b. *Frequency k*, 1 to p // 2, has those whose parts in a and in b turn k times or not at all: waves of a
alone, of b alone, and of both; the constant belongs to none, nor do waves that mix two frequencies. Of these, the
*waves of the sum* are the cosine and the sine of 2 pi k (a + b) / p, which is all that adding modulo p needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.subject import Subject
from openwork.errors import PlanError, Reason
from openwork.models import sites_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MAJORITY = 0.5
"""share of a neuron's variance above which one frequency explains it: no two can. Below p = 31 chance gives untrained
neurons such a frequency too (docs/log.md)"""
LEAST = 0.02
"""share of a layer's variance that the neurons of a key frequency hold together, at the least"""


def frequencies(p: int) -> tuple[int, ...]:
    """All there are; that of k turns back is that of k turns on."""
    return tuple(range(1, p // 2 + 1))


def unknown_frequencies(p: int, keys: Iterable[int]) -> list[Reason]:
    """Why not all of these are frequencies; nothing where they are."""
    unknown = [k for k in keys if k not in frequencies(p)]
    return [Reason("keys", f"{unknown} are not frequencies modulo {p}", f"give 1 to {p // 2}")] if unknown else []


def waves_of(p: int, chosen: Iterable[int]) -> Mask:
    """Where the waves of these frequencies stand in the transform, `[p, p]`."""
    mask = np.zeros((p, p), bool)
    for k in chosen:
        turns = [0, k, -k % p]
        mask[np.ix_(turns, turns)] = True
    mask[0, 0] = False
    return mask


def waves_of_the_sum(p: int, chosen: Iterable[int]) -> Mask:
    """Where the cosines and sines of a + b of these frequencies stand in the transform, `[p, p]`."""
    mask = np.zeros((p, p), bool)
    for k in chosen:
        mask[k, k] = mask[-k % p, -k % p] = True
    return mask


def part_in(table: Floats, mask: Mask) -> Floats:
    """What of the table lies in these waves, `[a, b, unit]`; the rest lies in the others and the constant."""
    part: Floats = np.fft.ifft2(np.fft.fft2(table, axes=(0, 1)) * mask[..., None], axes=(0, 1)).real
    return part


def constant_of(table: Floats) -> Floats:
    """The mean over all pairs, `[1, 1, unit]`."""
    constant: Floats = table.mean(axis=(0, 1), keepdims=True)
    return constant


def shares_of(table: Floats) -> tuple[Floats, Floats]:
    """Variance of each unit in each frequency, `[frequency, unit]`, and in all waves, `[unit]`; both sum over pairs."""
    p = len(table)
    power = np.abs(np.fft.fft2(table, axes=(0, 1))) ** 2 / p**2
    power[0, 0] = 0
    return np.stack([power[waves_of(p, [k])].sum(axis=0) for k in frequencies(p)]), power.sum(axis=(0, 1))


def key_frequencies(table: Floats) -> tuple[int, ...]:
    """Each explains more than half the variance of neurons that hold together at least a fiftieth of the layer's."""
    by_frequency, total = shares_of(table)
    if not total.sum():
        return ()
    explained = by_frequency > MAJORITY * total
    held = (explained * total).sum(axis=1) / total.sum()
    return tuple(k for k, share in zip(frequencies(len(table)), held, strict=True) if share >= LEAST)


def modulus_of(subject: Subject) -> int:
    """The p of a subject that has a table: two variables of p values, one answer, and every pair measured, in order.

    Raises:
        PlanError: it has none; with every reason.
    """
    task, reasons = subject.task, []
    values = {v.values for v in task.variables}
    if len(task.variables) != 2 or len(values) != 1 or len(task.graded) != 1 or task.domain_size != max(values) ** 2:
        what = "does not have two variables, free and with as many values each, and one answer"
        reasons.append(Reason(str(task), what, "waves are those of numbers modulo p: take a run of modular-addition"))
    elif not subject.whole or len(subject.inputs) != task.domain_size:
        what = f"are {subject.coverage}, and waves are over all pairs"
        reasons.append(Reason("inputs", what, "leave out --inputs and --only-right"))
    if reasons:
        raise PlanError("there are no waves to look for", reasons)
    return max(values)


def neurons_site(subject: Subject, layer: int) -> str:
    """The site of a layer's neurons.

    Raises:
        PlanError: there is no such layer, or it has no neurons.
    """
    site = f"blocks.{layer}.mlp.hook_post"
    if site not in sites_of(subject.spec):
        layers = f"layers are 0 to {subject.spec.n_layers - 1}"
        mend = "its heads: openwork analyse RUN ov-qk" if subject.spec.attn_only else layers
        raise PlanError("there are no neurons", Reason(f"layer {layer}", "has no MLP in this model", mend))
    return site


def tables(subject: Subject, site: str) -> tuple[Floats, Floats]:
    """The site at the graded position, and the logits there, as tables; one forward row for each pair."""
    p, graded = modulus_of(subject), subject.inputs.graded[0]
    values, logits = [], []
    for trace in subject.blocks(site):
        values.append(trace.captures[site][0][:, graded].astype(np.float64))
        logits.append(trace.logits[0][:, 0].astype(np.float64))
    return as_table(values, p), as_table(logits, p)


def as_table(blocks: Sequence[Floats], p: int) -> Floats:
    """`[input, unit]` in blocks as `[a, b, unit]`: the domain counts b up first."""
    return np.concatenate(blocks).reshape(p, p, -1)
