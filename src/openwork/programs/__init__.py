"""WHAT it computes: the program inside a model, found, run, and tested in the model line by line."""

from openwork.programs.canonical import CanonicalProgram, canonical
from openwork.programs.comparison import ComparedPrograms, compared
from openwork.programs.decompiling import USUAL_SECONDS, decompile
from openwork.programs.kept import decompile_kept, known_decompilation, over_training_kept
from openwork.programs.over_training import ProgramOverTraining
from openwork.programs.place import Place
from openwork.programs.plain import program_as_json, program_from_json
from openwork.programs.program import Output, Program, Symbol, Variable
from openwork.programs.text import program_lines, program_text, written_for_numbers
from openwork.programs.verdicts.decompilation import Decompilation, decompilation_from_json

__all__ = [
    "USUAL_SECONDS",
    "CanonicalProgram",
    "ComparedPrograms",
    "Decompilation",
    "Output",
    "Place",
    "Program",
    "ProgramOverTraining",
    "Symbol",
    "Variable",
    "canonical",
    "compared",
    "decompilation_from_json",
    "decompile",
    "decompile_kept",
    "known_decompilation",
    "over_training_kept",
    "program_as_json",
    "program_from_json",
    "program_lines",
    "program_text",
    "written_for_numbers",
]
