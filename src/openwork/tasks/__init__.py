"""WHAT is computed: vocabulary, domain or sampler, answer, graded positions, roles."""

from openwork.tasks.balanced_brackets import BalancedBrackets
from openwork.tasks.contract import Draws, Task, TaskFile, Tokens, Variable
from openwork.tasks.first_unique import FirstUnique
from openwork.tasks.from_function import FunctionTask, task
from openwork.tasks.majority import Majority
from openwork.tasks.maximum import Maximum
from openwork.tasks.modular_addition import ModularAddition
from openwork.tasks.modular_polynomial import ModularPolynomial
from openwork.tasks.numbering import Numbers, as_numbers, said
from openwork.tasks.own_file import own_task, task_of_run
from openwork.tasks.palindrome import Palindrome
from openwork.tasks.parity import Parity
from openwork.tasks.permutation_composition import PermutationComposition
from openwork.tasks.registry import made, make_task, task_types
from openwork.tasks.reverse_increment import ReverseIncrement
from openwork.tasks.running_sum_sign import RunningSumSign
from openwork.tasks.vocabulary import Vocabulary

__all__ = [
    "BalancedBrackets",
    "Draws",
    "FirstUnique",
    "FunctionTask",
    "Majority",
    "Maximum",
    "ModularAddition",
    "ModularPolynomial",
    "Numbers",
    "Palindrome",
    "Parity",
    "PermutationComposition",
    "ReverseIncrement",
    "RunningSumSign",
    "Task",
    "TaskFile",
    "Tokens",
    "Variable",
    "Vocabulary",
    "as_numbers",
    "made",
    "make_task",
    "own_task",
    "said",
    "task",
    "task_of_run",
    "task_types",
]
