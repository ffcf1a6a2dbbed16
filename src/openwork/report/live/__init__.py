"""The live page's own model: JavaScript modules, made into one script, and what of a run the page holds."""

from openwork.report.live.bundle import BundleError, bundled, script_hash
from openwork.report.live.payload import embedded, payload

__all__ = ["BundleError", "bundled", "embedded", "payload", "script_hash"]
