"""Models of others that have a live page on the site: the four of docs/gallery, and one of the nineteen public ones."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import openwork
from openwork.analyses import Stage
from openwork.cli.commands.gallery import TRACED
from openwork.data import Inputs
from openwork.jobs import pipeline
from openwork.jobs.gallery import gallery_run
from openwork.jobs.given_files import read_claims, read_heading
from openwork.jobs.opened import OpenedRun
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import make_task

GALLERY = Path(__file__).resolve().parent.parent / "docs" / "gallery"
COMMAND = re.compile(r"^openwork gallery .*$", re.M)
ASKED, FIFTH, LEAST_TRACED = 2000, 5, 40
"""inputs on which they are measured here: a fifth of what the pages of the gallery tell of, so that it takes minutes;
routes are looked for on a fifth of theirs too, but on so many at least"""
PUBLIC, DEPTH, LENGTH = "bce_D2-1l1h16d3lr00drop", 2, 25
"""the smallest of the nineteen that say sets of symbols: brackets, as docs/public_models.md has them"""


@dataclass(frozen=True)
class Other:
    """A model of others, to be looked for under the name of its file or folder."""

    name: str
    file: str
    text: str
    routes_on: int = TRACED
    programs: tuple[str, ...] = ()

    @property
    def claims(self) -> Path:
        """What is claimed of it; there may be no such file."""
        return GALLERY / f"{self.name}.toml"

    def opened(self, folder: Path, store: Path) -> OpenedRun:
        """Its run, measured and judged.

        Raises:
            FileNotFoundError: it is not in the folder.
        """
        file = next(iter(sorted(folder.rglob(self.file))), None)
        if file is None:
            raise FileNotFoundError(f"{folder} has no {self.file}, also not further down")
        if not self.claims.exists():
            opened = openwork.import_model(file, "dyck", params={"depth": DEPTH, "length": LENGTH}, store=store)
            pipeline.look_inside(opened, lambda *_: None)
            return opened
        heading = read_heading(self.claims)
        task, programs = make_task(heading.task), [GALLERY / name for name in self.programs]
        claims_for = partial(read_claims, self.claims, task, programs=programs)
        on, traced = Inputs(ASKED), Inputs(max(self.routes_on // FIFTH, LEAST_TRACED))
        with Store.open(store) as kept:
            setting = Setting(kept, watch=_told)
            return gallery_run(file, task, heading, claims_for, setting, on, traced, live=True)[0]


def _told(step: object) -> None:
    """A line for each stage, and none for the many steps of one."""
    if isinstance(step, Stage):
        print(f"    {step.name}", file=sys.stderr, flush=True)


def others() -> Iterator[Other]:
    """Those of the gallery as the command at the end of each page makes them, then one of the nineteen."""
    for page in sorted(GALLERY.glob("*.md")):
        command = COMMAND.search(page.read_text(encoding="utf-8"))
        if command:
            _, _, file, claims, *options = shlex.split(command[0])
            given = list(zip(options[::2], options[1::2], strict=True))
            programs = tuple(Path(value).name for option, value in given if option == "--program")
            traced = next((int(value) for option, value in given if option == "--routes-on"), TRACED)
            text = make_task(read_heading(GALLERY / Path(claims).name).task).summary
            yield Other(page.stem, Path(file).name, text, traced, programs)
    yield Other("public-dyck", PUBLIC, "say which brackets may follow, and whether the text may end here")
