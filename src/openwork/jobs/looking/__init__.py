"""Run and look: questions to a model, labelled arrays of what is inside, and edits as values."""

from openwork.jobs.looking.cache import Cache, Weights
from openwork.jobs.looking.labelled import LabelledArray
from openwork.jobs.looking.look import Look
from openwork.jobs.looking.looking import Looking
from openwork.jobs.looking.names import AxisNames
from openwork.jobs.looking.questions import ids_of_symbols, questions_of_task, questions_without_task
from openwork.jobs.looking.ran import Ran
from openwork.jobs.looking.written import Written

__all__ = [
    "AxisNames",
    "Cache",
    "LabelledArray",
    "Look",
    "Looking",
    "Ran",
    "Weights",
    "Written",
    "ids_of_symbols",
    "questions_of_task",
    "questions_without_task",
]
