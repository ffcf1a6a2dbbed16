"""HOW WE SHOW IT: results -> parts -> terminal, HTML, notebook; figures."""

from openwork.report.display import Display
from openwork.report.document import Document
from openwork.report.explanation import explanation_document
from openwork.report.lower_html import html_fragment, html_page
from openwork.report.sections import Overview, parts_of, sections_of, verdict_parts
from openwork.report.write import write_html

__all__ = [
    "Display",
    "Document",
    "Overview",
    "explanation_document",
    "html_fragment",
    "html_page",
    "parts_of",
    "sections_of",
    "verdict_parts",
    "write_html",
]
