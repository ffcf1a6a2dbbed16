"""WHAT is computed: vocabulary, domain or sampler, answer, graded positions, roles."""

from openwork.tasks.addition import Addition
from openwork.tasks.balanced_brackets import BalancedBrackets
from openwork.tasks.caesar_shift import CaesarShift
from openwork.tasks.contract import Draws, Task, TaskFile, Tokens, Variable
from openwork.tasks.copy import Copy
from openwork.tasks.first_unique import FirstUnique
from openwork.tasks.from_function import FunctionTask, task
from openwork.tasks.induction import Induction
from openwork.tasks.majority import Majority
from openwork.tasks.maximum import Maximum
from openwork.tasks.modular_addition import ModularAddition
from openwork.tasks.modular_polynomial import ModularPolynomial
from openwork.tasks.numbering import Numbers, as_numbers, format_count
from openwork.tasks.own_file import own_task, task_of_run
from openwork.tasks.palindrome import Palindrome
from openwork.tasks.parity import Parity
from openwork.tasks.permutation_composition import PermutationComposition
from openwork.tasks.registry import make, make_task, task_types
from openwork.tasks.reverse import Reverse
from openwork.tasks.reverse_increment import ReverseIncrement
from openwork.tasks.run_length import RunLength
from openwork.tasks.running_sum_sign import RunningSumSign
from openwork.tasks.sort import Sort
from openwork.tasks.vocabulary import Vocabulary

__all__ = [
    "Addition",
    "BalancedBrackets",
    "CaesarShift",
    "Copy",
    "Draws",
    "FirstUnique",
    "FunctionTask",
    "Induction",
    "Majority",
    "Maximum",
    "ModularAddition",
    "ModularPolynomial",
    "Numbers",
    "Palindrome",
    "Parity",
    "PermutationComposition",
    "Reverse",
    "ReverseIncrement",
    "RunLength",
    "RunningSumSign",
    "Sort",
    "Task",
    "TaskFile",
    "Tokens",
    "Variable",
    "Vocabulary",
    "as_numbers",
    "format_count",
    "make",
    "make_task",
    "own_task",
    "task",
    "task_of_run",
    "task_types",
]
