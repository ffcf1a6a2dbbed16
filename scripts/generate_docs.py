"""Writes the generated pages of docs/, and the stub of a run's methods, from the code. With `--check`, ends with 1 if
one is not up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from analysis_stub import analysis_stub
from openwork.cli.claim_page import claim_page
from openwork.cli.reference import analysis_reference, command_reference
from openwork.cli.task_pages import task_pages
from openwork.engines.native import NativeEngine
from openwork.testing.known_circuits import exam_page, sit

DOCS = Path(__file__).resolve().parent.parent / "docs"
MEASURED = DOCS / "recipes.json"
"""what `bench/recipes.py` found"""
FIXED = {
    "commands.md": command_reference,
    "analyses.md": analysis_reference,
    "claims.md": claim_page,
    "exam.md": lambda: exam_page(list(sit(NativeEngine(1)))),
    "../src/openwork/jobs/measured_run.pyi": analysis_stub,
}


def pages() -> dict[str, str]:
    """Every generated file, by its path from docs/."""
    measured = {row["experiment"]: row for row in json.loads(MEASURED.read_text(encoding="utf-8"))["rows"]}
    of_tasks = {f"tasks/{name}.md": text for name, text in task_pages(measured).items()}
    return {name: page() for name, page in FIXED.items()} | of_tasks


def main() -> int:
    """Writes the pages, or compares them; pages of tasks that are no more go."""
    made, stale = pages(), []
    for name, text in made.items():
        target = DOCS / name
        if "--check" not in sys.argv[1:]:
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(name)
    for target in sorted((DOCS / "tasks").glob("*.md")):
        name = f"tasks/{target.name}"
        if name not in made and "--check" in sys.argv[1:]:
            stale.append(name)
        elif name not in made:
            target.unlink()
    if stale:
        print(f"not up to date: {', '.join(stale)}; run scripts/generate_docs.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
