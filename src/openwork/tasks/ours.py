"""The tasks of ours, a line each, in the order in which they are listed."""

# ruff: noqa: I001
from openwork.tasks.reverse_increment import ReverseIncrement as ReverseIncrement
from openwork.tasks.copy import Copy as Copy
from openwork.tasks.reverse import Reverse as Reverse
from openwork.tasks.sort import Sort as Sort
from openwork.tasks.addition import Addition as Addition
from openwork.tasks.reversed_addition import ReversedAddition as ReversedAddition
from openwork.tasks.caesar_shift import CaesarShift as CaesarShift
from openwork.tasks.run_length import RunLength as RunLength
from openwork.tasks.induction import Induction as Induction
from openwork.tasks.palindrome import Palindrome as Palindrome
from openwork.tasks.first_unique import FirstUnique as FirstUnique
from openwork.tasks.running_sum_sign import RunningSumSign as RunningSumSign
from openwork.tasks.balanced_brackets import BalancedBrackets as BalancedBrackets
from openwork.tasks.modular_addition import ModularAddition as ModularAddition
from openwork.tasks.permutation_composition import PermutationComposition as PermutationComposition
from openwork.tasks.parity import Parity as Parity
from openwork.tasks.modular_polynomial import ModularPolynomial as ModularPolynomial
from openwork.tasks.maximum import Maximum as Maximum
from openwork.tasks.majority import Majority as Majority
from openwork.tasks.dyck import Dyck as Dyck
from openwork.tasks.tomita import Tomita as Tomita
from openwork.tasks.repeated import Repeated as Repeated
from openwork.tasks.runs_of_letters import RunsOfLetters as RunsOfLetters
from openwork.tasks.binary_majority import BinaryMajority as BinaryMajority
from openwork.tasks.binary_addition import BinaryAddition as BinaryAddition
from openwork.tasks.count_up import CountUp as CountUp
from openwork.tasks.varying_lists import VaryingSort as VaryingSort, VaryingCopy as VaryingCopy
from openwork.tasks.varying_majority import VaryingMajority as VaryingMajority
