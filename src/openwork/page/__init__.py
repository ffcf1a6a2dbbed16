"""THE PAGE THAT RUNS THE MODEL: a program in JavaScript (`live/`), made into one script, and what of a run it holds."""

from openwork.page.bundle import BundleError, bundled, script_hash
from openwork.page.figure import PrintFigure, routes_figure
from openwork.page.live_page import live_frame, live_html
from openwork.page.live_report import LiveReport, Sibling
from openwork.page.payload import embedded, payload
from openwork.page.widget import page_widget

__all__ = [
    "BundleError",
    "LiveReport",
    "PrintFigure",
    "Sibling",
    "bundled",
    "embedded",
    "live_frame",
    "live_html",
    "page_widget",
    "payload",
    "routes_figure",
    "script_hash",
]
