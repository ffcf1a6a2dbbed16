"""What claims measure: each kind of evidence once for all claims that ask for it."""

from openwork.claims.evidence.answers import NO_NUMBER, answers_in
from openwork.claims.evidence.attention import AttentionWeights
from openwork.claims.evidence.generations import GENERATED, Generations
from openwork.claims.evidence.interchange import UNCHANGED, InterchangeAnswers, Interchanged
from openwork.claims.evidence.predictions import UNEDITED, Predictions
from openwork.claims.evidence.program_pairs import ProgramPairs
from openwork.claims.evidence.proved_pairs import ProvedPairs
from openwork.claims.evidence.readout import NearestAnswer
from openwork.claims.evidence.represented import Represented
from openwork.claims.evidence.split_distance import Distance, SplitDistance
from openwork.claims.evidence.training import TrainedSeeds

__all__ = [
    "GENERATED",
    "NO_NUMBER",
    "UNCHANGED",
    "UNEDITED",
    "AttentionWeights",
    "Distance",
    "Generations",
    "InterchangeAnswers",
    "Interchanged",
    "NearestAnswer",
    "Predictions",
    "ProgramPairs",
    "ProvedPairs",
    "Represented",
    "SplitDistance",
    "TrainedSeeds",
    "answers_in",
]
