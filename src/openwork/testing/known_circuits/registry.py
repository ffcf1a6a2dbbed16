"""The list of known circuits."""

from __future__ import annotations

from collections.abc import Callable

from openwork.testing.known_circuits.affine_mlp import affine_mlp_increments
from openwork.testing.known_circuits.attention_increments import attention_increments
from openwork.testing.known_circuits.bright_picture import bright_picture
from openwork.testing.known_circuits.cancelling import cancelling
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.constant_mlp import constant_mlp
from openwork.testing.known_circuits.curved_mlp import curved_mlp_increments
from openwork.testing.known_circuits.histories import shuffled_history, sorted_history
from openwork.testing.known_circuits.knows_nothing import knows_nothing
from openwork.testing.known_circuits.larger_wins import larger_wins
from openwork.testing.known_circuits.long_column import long_column
from openwork.testing.known_circuits.looks_ahead import looks_ahead
from openwork.testing.known_circuits.looks_too_far import looks_too_far
from openwork.testing.known_circuits.majority import majority
from openwork.testing.known_circuits.one_digit_wrong import one_digit_wrong
from openwork.testing.known_circuits.rare_answer import rare_answer
from openwork.testing.known_circuits.read_after_norm import read_after_norm
from openwork.testing.known_circuits.reads_own_answers import reads_own_answers
from openwork.testing.known_circuits.reads_question import reads_question
from openwork.testing.known_circuits.redundant_routes import redundant_routes
from openwork.testing.known_circuits.two_halves import two_halves
from openwork.testing.known_circuits.two_hops import two_hops
from openwork.testing.known_circuits.unembedding_increments import unembedding_increments
from openwork.testing.known_circuits.value_output import value_output_increments
from openwork.testing.known_circuits.votes import one_vote_lost, untrained, votes
from openwork.testing.known_circuits.waves import by_heart, clock, pizza

MAKERS: tuple[Callable[[], KnownCircuit], ...] = (
    attention_increments,
    value_output_increments,
    affine_mlp_increments,
    curved_mlp_increments,
    two_hops,
    redundant_routes,
    majority,
    two_halves,
    cancelling,
    larger_wins,
    bright_picture,
    constant_mlp,
    read_after_norm,
    unembedding_increments,
    long_column,
    reads_own_answers,
    reads_question,
    looks_ahead,
    rare_answer,
    votes,
    one_vote_lost,
    untrained,
    looks_too_far,
    one_digit_wrong,
    knows_nothing,
    shuffled_history,
    sorted_history,
    clock,
    pizza,
    by_heart,
)


def known_circuits() -> tuple[KnownCircuit, ...]:
    """All of them, made anew."""
    return tuple(make() for make in MAKERS)
