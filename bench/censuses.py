"""The table of docs/census.md, from the JSON of censuses:

openwork census TASK --seeds 0..15 --seconds 5 --null --shuffled --keep last -o docs/census/TASK.json
python bench/censuses.py docs/census/*.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

HEAD = (
    "task",
    "solved",
    "counted",
    "mechanisms",
    "algorithms",
    "most frequent",
    "next is another",
    "random",
    "shuffled",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", type=Path, nargs="+")
    print(f"| {' | '.join(HEAD)} |\n|---|{'---:|' * (len(HEAD) - 1)}")
    for path in arguments.parse_args().files:
        print(f"| {' | '.join(row(json.loads(path.read_text())))} |")


def row(census: dict[str, Any]) -> list[str]:
    """One census: counts with their exact intervals, and what each null found."""
    first = census["mechanisms"][0] if census["mechanisms"] else None
    unseen, task = census["unseen"], census["experiment"]["task"]
    params = ", ".join(f"{name}={value}" for name, value in task["params"].items())
    return [
        f"`{task['name']}` ({params})",
        counted(census["solved"]),
        counted(census["counted"]),
        f"{len(census['mechanisms'])}",
        f"{census['algorithms']}",
        counted(first) if first else "-",
        f"{unseen['estimate']:.0%} ({between(unseen['interval'])})" if unseen["estimate"] is not None else "-",
        *(null(census[name]) for name in ("null", "shuffled")),
    ]


def counted(found: dict[str, Any]) -> str:
    """So many of so many, with the interval of the share."""
    return f"{found['count']} of {found['of']} ({between(found['interval'])})"


def between(interval: list[float]) -> str:
    """An interval of a share."""
    return f"{interval[0]:.0%} to {interval[1]:.0%}"


def null(found: dict[str, Any] | None) -> str:
    """How many solve what they are asked, have a program, and have a mechanism of the census."""
    if found is None:
        return "-"
    return f"{found['solved']}, {found['decompiled']}, {found['shared']} of {found['models']}"


if __name__ == "__main__":
    main()
