"""The language of programs: primitives, one concept a file."""

from openwork.programs.language.abridging import abridged
from openwork.programs.language.arithmetic import Minus, Modulo, Plus, Times
from openwork.programs.language.chosen import Chosen
from openwork.programs.language.comparison import Compared, Relation
from openwork.programs.language.count import Count, CountBelow, CountOneOf, splits
from openwork.programs.language.distance import Distance
from openwork.programs.language.distinct import Distinct
from openwork.programs.language.either import Either
from openwork.programs.language.exceptions import Exceptions
from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.extremes import Largest, Smallest
from openwork.programs.language.inlining import inlined, replaced
from openwork.programs.language.item_at import ItemAt
from openwork.programs.language.matching import Match
from openwork.programs.language.most_frequent import MostFrequent
from openwork.programs.language.next_above import NextAbove
from openwork.programs.language.one_of import OneOf
from openwork.programs.language.pair_count import PairCount
from openwork.programs.language.permuting import Compose, things_permuted
from openwork.programs.language.place_in_order import PlaceInOrder
from openwork.programs.language.plain import FUNCTIONS, KINDS, PRIMITIVES, as_plain, from_plain
from openwork.programs.language.ranking import Ranked
from openwork.programs.language.reading import Constant, Name
from openwork.programs.language.renaming import renamed
from openwork.programs.language.runs import RunLength
from openwork.programs.language.scan import STATES, Scan
from openwork.programs.language.selector_width import SelectorWidth
from openwork.programs.language.signed import SumSigned, signed_modulus
from openwork.programs.language.sums import Sum
from openwork.programs.language.table import ABSENT, READABLE, Table
from openwork.programs.language.waves import BestFit, Doubled, Product, Wave, as_wave, modulus_of_waves

__all__ = [
    "ABSENT",
    "FUNCTIONS",
    "KINDS",
    "PRIMITIVES",
    "READABLE",
    "STATES",
    "BestFit",
    "Chosen",
    "Compared",
    "Compose",
    "Constant",
    "Count",
    "CountBelow",
    "CountOneOf",
    "Distance",
    "Distinct",
    "Doubled",
    "Either",
    "Exceptions",
    "Expression",
    "Ints",
    "ItemAt",
    "Known",
    "Largest",
    "Match",
    "Minus",
    "Modulo",
    "MostFrequent",
    "Name",
    "NextAbove",
    "OneOf",
    "PairCount",
    "PlaceInOrder",
    "Plus",
    "Product",
    "Ranked",
    "Relation",
    "RunLength",
    "Scan",
    "SelectorWidth",
    "Smallest",
    "Sum",
    "SumSigned",
    "Table",
    "Times",
    "Wave",
    "abridged",
    "as_plain",
    "as_wave",
    "from_plain",
    "inlined",
    "modulus_of_waves",
    "renamed",
    "replaced",
    "signed_modulus",
    "splits",
    "things_permuted",
]
