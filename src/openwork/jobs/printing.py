"""PDF by the system's Chromium: of a page without scripts, or of one drawing on a sheet of its own size."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from openwork.errors import PlanError, Reason
from openwork.page import PrintFigure
from openwork.report import write_bytes

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE = 120
"""seconds for one file"""
QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
NOT_PRINTED = "the PDF could not be written"


def chromium() -> str:
    """The browser that `OPENWORK_CHROMIUM` names, else the system's.

    Raises:
        PlanError: there is none.
    """
    names = (os.environ.get("OPENWORK_CHROMIUM"), *CANDIDATES)
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        mend = f"install one of {', '.join(CANDIDATES)}, or name one in OPENWORK_CHROMIUM; HTML and SVG need none"
        raise PlanError("cannot print to PDF", Reason("Chromium", "is not found", mend))
    return found


def print_page(html: str, path: Path) -> Path:
    """A page as PDF, written whole or not at all.

    Args:
        html: a page that needs no script.
        path: the file to write.

    Raises:
        PlanError: there is no Chromium, or it makes no PDF of it.
        StoreNotWritable: the file cannot be written there.
    """
    browser = chromium()
    with tempfile.TemporaryDirectory(prefix="openwork-print-") as folder:
        page, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(html, encoding="utf-8")
        # Its sandbox cannot be had by root, as in containers; the page is ours and runs no script.
        root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        command = [browser, *QUIET, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PlanError("cannot print to PDF", Reason(browser, str(error))) from error
        if not made.exists():
            said = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
            raise PlanError("cannot print to PDF", Reason(browser, said[0]))
        return write_bytes(made.read_bytes(), path, NOT_PRINTED)


def save_figure(figure: PrintFigure, path: Path) -> Path:
    """A drawing as `.svg`, or as `.pdf` of just its size.

    Raises:
        PlanError: another ending, or as `print_page`.
        StoreNotWritable: the file cannot be written there.
    """
    if path.suffix == ".svg":
        return write_bytes(figure.svg.encode(), path, "the figure could not be written")
    if path.suffix != ".pdf":
        raise PlanError("which kind of file?", Reason("path", f"{path.name} ends in neither", "end it in .svg or .pdf"))
    sheet = f"@page{{size:{figure.width}px {figure.height}px;margin:0}}body{{margin:0}}svg{{display:block}}"
    return print_page(f"<!doctype html><meta charset=utf-8><style>{sheet}</style>{figure.svg}", path)
