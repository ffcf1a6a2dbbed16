"""A notebook as a page of the site: its text and its code, without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat


def notebook_page(path: Path) -> str:
    """Markdown, beginning with the notebook's own heading."""
    cells = nbformat.read(path, as_version=4).cells
    title, *rest = (c.source if c.cell_type == "markdown" else f"```python\n{c.source}\n```" for c in cells)
    where = f"This is `{path.parent.name}/{path.name}`, without what its cells show: open it in Jupyter."
    return "\n\n".join([title, where, *rest, ""])
