"""Results to parts: one file for each kind of result, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from openwork.analyses import (
    Ablation,
    AblationTable,
    AccuracyByOutput,
    ActivationPatching,
    Attention,
    AttentionExamples,
    AttributionPatching,
    ComponentOutputs,
    Fourier,
    Interchange,
    LearningCurve,
    LogitAttribution,
    LogitLens,
    OvQk,
    PathPatching,
    ProgressMeasures,
    Pruning,
    Readout,
    ReadoutTable,
    Result,
    Routes,
)
from openwork.claims import OverTraining
from openwork.programs import Decompilation
from openwork.report.parts import Part, Section, Text
from openwork.report.sections.ablation import ablation_parts, ablation_table_parts
from openwork.report.sections.accuracy import accuracy_parts
from openwork.report.sections.activation_patching import activation_patching_parts
from openwork.report.sections.attention import attention_parts, example_parts
from openwork.report.sections.attribution_patching import attribution_patching_parts
from openwork.report.sections.fourier import fourier_parts
from openwork.report.sections.interchange import interchange_parts
from openwork.report.sections.learning import learning_parts
from openwork.report.sections.logit_attribution import logit_attribution_parts
from openwork.report.sections.logit_lens import logit_lens_parts
from openwork.report.sections.outputs import output_parts
from openwork.report.sections.ov_qk import ov_qk_parts
from openwork.report.sections.over_training import over_training_parts
from openwork.report.sections.overview import Overview, overview_parts
from openwork.report.sections.path_patching import path_patching_parts
from openwork.report.sections.program import program_parts
from openwork.report.sections.progress_measures import progress_measures_parts
from openwork.report.sections.pruning import pruning_parts
from openwork.report.sections.readout import readout_parts, readout_table_parts
from openwork.report.sections.routes import routes_parts
from openwork.report.sections.verdicts import verdict_parts
from openwork.report.sections.words import words

DESCRIBE: dict[type[Result], Callable[[Any], tuple[Part, ...]]] = {
    Ablation: ablation_parts,
    AblationTable: ablation_table_parts,
    AccuracyByOutput: accuracy_parts,
    ActivationPatching: activation_patching_parts,
    Attention: attention_parts,
    AttentionExamples: example_parts,
    AttributionPatching: attribution_patching_parts,
    ComponentOutputs: output_parts,
    Decompilation: program_parts,
    Fourier: fourier_parts,
    Interchange: interchange_parts,
    LearningCurve: learning_parts,
    LogitAttribution: logit_attribution_parts,
    LogitLens: logit_lens_parts,
    OverTraining: over_training_parts,
    OvQk: ov_qk_parts,
    PathPatching: path_patching_parts,
    ProgressMeasures: progress_measures_parts,
    Pruning: pruning_parts,
    Readout: readout_parts,
    ReadoutTable: readout_table_parts,
    Routes: routes_parts,
}


@dataclass(frozen=True)
class Chapter:
    """A section of the report, and the kinds of result that it shows."""

    title: str
    anchor: str
    kinds: tuple[type[Result], ...]


CHAPTERS = (
    Chapter("The program inside", "program", (Decompilation,)),
    Chapter("How it learned", "learning", (LearningCurve,)),
    Chapter("When each claim became true", "over-training", (OverTraining,)),
    Chapter("How right it is", "accuracy", (AccuracyByOutput,)),
    Chapter("Which part carries which answer, and from where", "routes", (Routes, Interchange)),
    Chapter("Where heads look", "attention", (Attention, AttentionExamples)),
    Chapter("What it cannot do without", "ablation", (AblationTable, Ablation)),
    Chapter("What can be read off the stream", "readout", (ReadoutTable, Readout)),
    Chapter("What components write", "outputs", (ComponentOutputs,)),
    Chapter("What adds to the answer directly", "logits", (LogitLens, LogitAttribution)),
    Chapter("Where a change travels", "patching", (ActivationPatching, PathPatching, AttributionPatching)),
    Chapter("What is left when the rest is ablated", "pruning", (Pruning,)),
    Chapter("What heads could do by their weights", "weights", (OvQk,)),
    Chapter("Which waves it computes with, and since when", "waves", (Fourier, ProgressMeasures)),
)


def parts_of(result: Result) -> tuple[Part, ...]:
    """This result as display parts; one that no section knows shows its summary."""
    describe = DESCRIBE.get(type(result))
    return (Text(result.summary),) if describe is None else describe(result)


def sections_of(results: Sequence[Result]) -> tuple[Section, ...]:
    """The chapters that these results fill, in the report's order; within one, in the order given."""
    sections = []
    for chapter in CHAPTERS:
        shown = tuple(part for result in results if isinstance(result, chapter.kinds) for part in parts_of(result))
        if shown:
            sections.append(Section(chapter.title, chapter.anchor, shown))
    return tuple(sections)


__all__ = [
    "CHAPTERS",
    "DESCRIBE",
    "Chapter",
    "Overview",
    "overview_parts",
    "parts_of",
    "sections_of",
    "verdict_parts",
    "words",
]
