"""Writes docs/commands.md from the command line itself. With `--check`, ends with 1 if the file is not up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from openwork.cli.reference import command_reference

TARGET = Path(__file__).resolve().parent.parent / "docs" / "commands.md"


def main() -> int:
    """Writes the page, or compares it."""
    page = command_reference()
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page:
            return 0
        print(f"{TARGET.name} is not up to date: run scripts/generate_docs.py", file=sys.stderr)
        return 1
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
