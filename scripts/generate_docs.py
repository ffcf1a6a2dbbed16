"""Writes the generated pages of docs/ from the code. With `--check`, ends with 1 if one is not up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from openwork.cli.reference import analysis_reference, command_reference, task_reference
from openwork.engines.native import NativeEngine
from openwork.testing.known_circuits import exam_page

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {
    "commands.md": command_reference,
    "tasks.md": task_reference,
    "analyses.md": analysis_reference,
    "exam.md": lambda: exam_page(NativeEngine(1)),
}


def main() -> int:
    """Writes the pages, or compares them."""
    stale = []
    for name, page in PAGES.items():
        target = DOCS / name
        if "--check" not in sys.argv[1:]:
            target.write_text(page(), encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != page():
            stale.append(name)
    if stale:
        print(f"not up to date: {', '.join(stale)}; run scripts/generate_docs.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
