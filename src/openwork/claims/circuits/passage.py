"""What an answer can depend on once places are patched from another run: told by the wiring alone, for any weights.

Some patches leave a model no choice. Where all that the answer is computed from comes from the other run, every model
gives the other run's answer; where nothing that is patched reaches the answer, every model gives its own. A claim that
such a patch decides is one that no model could fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from openwork.interventions import Edit
from openwork.models import ModelSpec, site_named

INSIDE = ("attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_attn_scores", "attn.hook_pattern")
"""sites within attention, of which only so much is said: what is patched there may reach all that the layer writes"""
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Passage:
    """Positions at which what is computed may differ, for some weights, between two runs.

    Attributes:
        runs: between the other run and the base run, neither of them patched.
        unlike_other: between the patched run and the other run.
        unlike_base: between the patched run and the base run.
    """

    runs: frozenset[int]
    unlike_other: frozenset[int]
    unlike_base: frozenset[int] = NOBODY

    def each(self, change: Callable[[frozenset[int]], frozenset[int]]) -> Passage:
        """The same change made to all three."""
        return Passage(change(self.runs), change(self.unlike_other), change(self.unlike_base))

    def __or__(self, other: Passage) -> Passage:
        return Passage(
            self.runs | other.runs, self.unlike_other | other.unlike_other, self.unlike_base | other.unlike_base
        )

    def is_others(self, position: int) -> bool:
        """Whether what is here is the other run's, whatever the weights."""
        return position not in self.unlike_other

    def is_base(self, position: int) -> bool:
        """Whether what is here is the base run's, whatever the weights."""
        return position not in self.unlike_base


def passage(spec: ModelSpec, n_pos: int, edits: Sequence[Edit], differing: Iterable[int]) -> Passage:
    """What the last stream may depend on.

    Args:
        spec: the model's sizes and choices.
        n_pos: length of the inputs.
        edits: patches, all from the other run.
        differing: positions whose tokens may differ between the base and the other input.
    """
    tokens = frozenset(differing)
    by_site: dict[str, list[Edit]] = {}
    for edit in edits:
        by_site.setdefault(site_named(spec, edit.site).name, []).append(edit)
    wiring = _Wiring(spec, n_pos, by_site, tokens)
    # Position embeddings are the same in both runs, so that a patch of them changes nothing.
    stream = wiring.patched("hook_embed", Passage(tokens, tokens))
    for layer in range(spec.n_layers):
        stream = wiring.block(f"blocks.{layer}.", stream)
    return wiring.patched("ln_final.hook_normalized", wiring.scaled("ln_final.hook_scale", stream))


def tokens_seen(spec: ModelSpec, n_pos: int, edits: Sequence[Edit]) -> dict[int, frozenset[int]]:
    """For each position, those whose own tokens may decide, for some weights, what is computed there under edits that
    take nothing from the input itself: zeros, means, another run."""
    unlike = [passage(spec, n_pos, edits, {token}).unlike_other for token in range(n_pos)]
    return {here: frozenset(token for token in range(n_pos) if here in unlike[token]) for here in range(n_pos)}


@dataclass(frozen=True)
class _Wiring:
    spec: ModelSpec
    n_pos: int
    edits: Mapping[str, Sequence[Edit]]
    tokens: frozenset[int]

    def at(self, site: str, head: int | None = None) -> list[Edit]:
        """The edits at this site, of this head where it has heads."""
        return [e for e in self.edits.get(site, ()) if head is None or e.heads is None or head in e.heads]

    def positions(self, edit: Edit) -> frozenset[int]:
        return frozenset(range(self.n_pos) if edit.positions is None else edit.positions)

    def patched(self, site: str, here: Passage, head: int | None = None) -> Passage:
        """After the edits at this site."""
        for edit in self.at(site, head):
            where = self.positions(edit)
            gone = where if edit.units is None else NOBODY
            taken = (here.unlike_base - gone) | (where & here.runs)
            here = Passage(here.runs, here.unlike_other - gone, taken)
        return here

    def scaled(self, site: str, here: Passage) -> Passage:
        """After edits of a norm's scale, which leave what is scaled."""
        taken = frozenset[int]().union(*(self.positions(edit) for edit in self.at(site)))
        return Passage(here.runs, here.unlike_other, here.unlike_base | (taken & here.runs))

    def block(self, prefix: str, stream: Passage) -> Passage:
        stream = self.patched(f"{prefix}hook_resid_pre", stream)
        read = self.patched(f"{prefix}ln1.hook_normalized", self.scaled(f"{prefix}ln1.hook_scale", stream))
        written = Passage(NOBODY, NOBODY)
        for head in range(self.spec.n_heads):
            z = self.patched(f"{prefix}attn.hook_z", self._attended(prefix, read), head)
            written = written | self.patched(f"{prefix}attn.hook_result", z, head)
        stream = stream | self.patched(f"{prefix}hook_attn_out", written)
        if not self.spec.attn_only:
            stream = self.patched(f"{prefix}hook_resid_mid", stream)
            inner = self.patched(f"{prefix}ln2.hook_normalized", self.scaled(f"{prefix}ln2.hook_scale", stream))
            for site in ("mlp.hook_pre", "mlp.hook_post", "hook_mlp_out"):
                inner = self.patched(f"{prefix}{site}", inner)
            stream = stream | inner
        return self.patched(f"{prefix}hook_resid_post", stream)

    def _attended(self, prefix: str, read: Passage) -> Passage:
        """What a head gathers at each position from those that it can see."""
        passage = read.each(self._seen_from)
        inside = [self.positions(edit) for site in INSIDE for edit in self.at(prefix + site)]
        taken = self._seen_from(frozenset[int]().union(*inside))
        # Which keys are pads the base's own tokens decide, in the patched run too.
        masked = self._seen_from(self.tokens) if self.spec.pad_token is not None else NOBODY
        return Passage(passage.runs, passage.unlike_other | masked, passage.unlike_base | (taken & passage.runs))

    def _seen_from(self, positions: frozenset[int]) -> frozenset[int]:
        """Positions that see one of these."""
        if not positions:
            return NOBODY
        first = min(positions) if self.spec.attention_dir == "causal" else 0
        return frozenset(range(first, self.n_pos))
