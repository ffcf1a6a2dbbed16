"""WHAT is computed: vocabulary, domain, answer, graded positions, roles."""

from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.registry import make_task, task_types
from openwork.tasks.reverse_increment import ReverseIncrement
from openwork.tasks.vocabulary import Vocabulary

__all__ = ["ReverseIncrement", "Task", "Tokens", "Variable", "Vocabulary", "make_task", "task_types"]
