"""`openwork report`: a stored run as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork import pipeline
from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag, StorePath
from openwork.cli.output import emit, path_text, people, size_text
from openwork.runs import Store

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork report 3f2a", "openwork report 3f2a -o model.html"))
def report(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else openwork-RUN.html.", show_default=False)
    ] = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a stored run's report as one self-contained HTML file."""
    with Store.open(store) as kept:
        found = kept.find(run)
        page = pipeline.report(found, kept, output or Path(f"openwork-{found.name}.html"))
    if as_json:
        emit({"run": found.name, "report": str(page), "bytes": page.stat().st_size})
    else:
        people(as_json).print(f"Report: {path_text(page)} ({size_text(page.stat().st_size)})", soft_wrap=True)
