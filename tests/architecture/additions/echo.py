"""`openwork echo`: says it again."""

from __future__ import annotations

import typer

from openwork.cli.examples import examples

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork echo hello"))
def echo(word: str) -> None:
    """Say it again."""
    typer.echo(word)
