"""HOW WE SHOW IT: results -> parts -> terminal, HTML, notebook; figures."""

from openwork.report.census import Census, CensusModel, ModelSays, Null
from openwork.report.census_over_training import LineSince, ModelSince, OverTrainingSample
from openwork.report.census_page import census_document, census_screen
from openwork.report.display import Display
from openwork.report.document import Document
from openwork.report.explanation import explanation_document
from openwork.report.findings import Findings, FoundModel, findings_document
from openwork.report.gallery import GalleryPage, gallery_document
from openwork.report.html.lowering import html_fragment, html_page
from openwork.report.judged import Judged
from openwork.report.original import Original, original_named
from openwork.report.recipe_claims import RecipeClaims
from openwork.report.reproduction import (
    ReproducedSeed,
    Reproduction,
    comparisons,
    reproduction_document,
    reproduction_screen,
)
from openwork.report.sections import Overview, overview_parts, parts_of, sections_of, verdict_parts
from openwork.report.swept import SweptCensus, swept_document, swept_screen
from openwork.report.terminal.verdict_screen import verdict_screen
from openwork.report.write import write_bytes, write_html, write_markdown, write_page

__all__ = [
    "Census",
    "CensusModel",
    "Display",
    "Document",
    "Findings",
    "FoundModel",
    "GalleryPage",
    "Judged",
    "LineSince",
    "ModelSays",
    "ModelSince",
    "Null",
    "Original",
    "OverTrainingSample",
    "Overview",
    "RecipeClaims",
    "ReproducedSeed",
    "Reproduction",
    "SweptCensus",
    "census_document",
    "census_screen",
    "comparisons",
    "explanation_document",
    "findings_document",
    "gallery_document",
    "html_fragment",
    "html_page",
    "original_named",
    "overview_parts",
    "parts_of",
    "reproduction_document",
    "reproduction_screen",
    "sections_of",
    "swept_document",
    "swept_screen",
    "verdict_parts",
    "verdict_screen",
    "write_bytes",
    "write_html",
    "write_markdown",
    "write_page",
]
