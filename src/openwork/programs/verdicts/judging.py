"""A given program judged on a model: nothing is searched for, its places are taken as it names them."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.analyses import Subject
from openwork.analyses.component import part_components
from openwork.programs.decompile.network import Network
from openwork.programs.language import READABLE, modulus_of_waves
from openwork.programs.program import Program, Variable
from openwork.programs.verdicts.equal import Equal, equal
from openwork.programs.verdicts.fresh import fresh
from openwork.programs.verdicts.realised import PAIRS, LineScore, realised
from openwork.programs.verdicts.short import Short, short
from openwork.programs.verdicts.waves import PAIRS as WAVE_PAIRS
from openwork.programs.verdicts.waves import one_at_a_time
from openwork.programs.verdicts.whole import INPUTS, Whole, whole


@dataclass(frozen=True)
class ProgramScores:
    """What was measured of a program.

    Attributes:
        lines: of each variable asked about.
        equal: its answers against the model's; None where only some lines were asked about.
        whole: what no line explains; None likewise.
        short: how much there is to read in all of it.
        waves: of each variable of several waves that an answer is read from, in how many pairs one of them alone was
            followed, and of how many; none where only some lines were asked about.
    """

    lines: tuple[LineScore, ...]
    equal: Equal | None
    whole: Whole | None
    short: Short
    waves: tuple[tuple[str, int, int], ...] = ()

    @property
    def tables_answers(self) -> bool:
        """Whether it is in large tables, and no shorter than all answers are: any answers can be said so."""
        return self.short.entries > READABLE and self.short.share >= 1


def scores(subject: Subject, program: Program, lines: tuple[str, ...] = (), seed: int = 0) -> ProgramScores:
    """The verdicts on this model, of a sample on inputs drawn anew.

    Which places are idle in this model is not looked for: all without a line are taken to be when it is asked whether a
    line's places are all that an answer is made from, so that more lines have to follow at their first component alone.

    Args:
        subject: the model and inputs.
        program: whose symbols and places it has.
        lines: the variables to score; all, and the program as a whole, where it is empty.
        seed: of the pairs.
    """
    network = fresh(Network.of(subject))
    named = {site for variable in program.variables for site in variable.sites}
    idle = frozenset(place for place in network.places if place not in named)
    found = realised(network, program, idle, seed, only=lines)
    size = short(network, program)
    if lines:
        return ProgramScores(found, None, None, size)
    waves = tuple((v.name, *one_at_a_time(network, program, v, seed)) for v in _read_waves(program))
    return ProgramScores(found, equal(network, program), whole(network, program, seed), size, waves)


def _read_waves(program: Program) -> tuple[Variable, ...]:
    """Variables of several waves that an answer is read from: what adds up to the right sum follows all together."""
    read = {name for output in program.outputs for name in output.expression.names()}
    several = (v for v in program.variables if len(v.items) > 1 and modulus_of_waves(v.items) is not None)
    return tuple(v for v in several if read & set(v.columns))


def scores_rows(subject: Subject, program: Program, lines: tuple[str, ...] = ()) -> int:
    """Forward rows that `scores` takes, at most."""
    n, count = len(subject.inputs), len(lines) or len(program.variables)
    waves = [v for v in program.variables if modulus_of_waves(v.items) and (not lines or v.name in lines)]
    pairs, inputs = min(PAIRS, n * n), min(INPUTS, n)
    parts = len(part_components(subject.spec)) * subject.inputs.tokens.shape[1]
    places = 0 if lines else parts
    # Planes are fitted and read at each place and for each rate; then what is beside them is resampled, and one wave
    # at a time interchanged.
    fits = sum((2 + len(v.sites)) * (2 * n + 2 * pairs) + 2 * len(v.sites) * n for v in waves)
    beside = 0 if lines else 3 * len(waves) * (n + 3 * inputs)
    beside += 0 if lines else sum(len(v.items) * n + WAVE_PAIRS for v in _read_waves(program))
    return 2 * n + count * (6 * pairs + inputs) + 2 * inputs * (places + 2) + fits + beside
