"""ON WHICH inputs: the whole domain or a sample, their split, and pairs that differ in one variable."""

from openwork.data.asked import answers_digest, asked_digest
from openwork.data.counterfactual import change_variable, keep_forced
from openwork.data.dataset import Dataset, dataset_asking, dataset_of, one_after_another, unhandled
from openwork.data.domain import MOST_ENUMERATED, MOST_MEASURED, USUAL_INPUTS, Inputs, enumerate_domain
from openwork.data.pairing import independent_pairs, ring
from openwork.data.parts import drawn_inputs, parts_of
from openwork.data.question_text import numbered, written_example
from openwork.data.sample import draw
from openwork.data.split import DataSplit
from openwork.errors import renamed

__all__ = [
    "MOST_ENUMERATED",
    "MOST_MEASURED",
    "USUAL_INPUTS",
    "DataSplit",
    "Dataset",
    "Inputs",
    "answers_digest",
    "asked_digest",
    "change_variable",
    "dataset_asking",
    "dataset_of",
    "draw",
    "drawn_inputs",
    "enumerate_domain",
    "independent_pairs",
    "keep_forced",
    "numbered",
    "one_after_another",
    "parts_of",
    "ring",
    "unhandled",
    "written_example",
]

__getattr__ = renamed(__name__, {"Split": "DataSplit"}, globals())
