"""THE PAGE THAT RUNS THE MODEL: a program in JavaScript (`live/`), made into one script, and what of a run it holds."""

from openwork.page.bundle import BundleError, bundled, script_hash
from openwork.page.live_page import live_frame, live_html
from openwork.page.live_report import LiveReport, Sibling
from openwork.page.payload import embedded, payload

__all__ = [
    "BundleError",
    "LiveReport",
    "Sibling",
    "bundled",
    "embedded",
    "live_frame",
    "live_html",
    "payload",
    "script_hash",
]
