"""WHAT is computed: vocabulary, domain or sampler, answer, graded positions, roles."""

from openwork.errors import renamed
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.cases import Cases
from openwork.tasks.contract import UNASKED, Draws, Task, TaskFile, Tokens, Variable
from openwork.tasks.from_function import FunctionTask, task
from openwork.tasks.numbering import Numbers, as_numbers, format_count
from openwork.tasks.ours import *  # noqa: F403
from openwork.tasks.own_file import own_task, task_of_run
from openwork.tasks.own_language import FunctionLanguage, language
from openwork.tasks.prefix_tree import END
from openwork.tasks.prefixes import Language
from openwork.tasks.registry import OURS, make, make_task, task_types
from openwork.tasks.vocabulary import Vocabulary
from openwork.tasks.word_questions import WordQuestions
from openwork.tasks.written_out import Free, WrittenOut

__all__ = [
    "Automaton",
    "Cases",
    "Free",
    "Language",
    "WordQuestions",
    "WrittenOut",
    "automaton_of",
    *(task_type.__name__ for task_type in OURS),
    "OURS",
    "UNASKED",
    "END",
    "Draws",
    "FunctionLanguage",
    "FunctionTask",
    "Numbers",
    "Task",
    "TaskFile",
    "Tokens",
    "Variable",
    "Vocabulary",
    "as_numbers",
    "format_count",
    "language",
    "make",
    "make_task",
    "own_task",
    "task",
    "task_of_run",
    "task_types",
]

__getattr__ = renamed(__name__, {"made": "make", "said": "format_count"}, globals())
