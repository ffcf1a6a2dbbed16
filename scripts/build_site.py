"""Builds the site: gathers pages, adds the API reference and the navigation, and has Sphinx make HTML, all in `site/`.

Every page of `docs/` appears by itself: those of `SECTIONS` in their place, all others under "More". A folder's first
page is its README.md, or a list of its pages. The site's own first page is a model to play with, and the README stands
beside it. Notebooks are run, and stand there with what they show.

    build_site.py [FOLDER] [--untrained] [--models-of-others FOLDER] [--address URL]
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from api_pages import api_pages
from notebook_pages import notebook_page
from openwork.jobs.printing import chromium
from pictures import browsing, photograph
from site_models import SiteModel, models_index, site_models, write_models

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "docs" / "site"
SECTIONS = {
    "Learn": ("live", "tutorial", "transformerlens", "exercises", "examples", "recipes", "decompile", "proofs"),
    "Reference": ("commands", "tasks", "analyses", "claims", "models_of_others", "api", "errors"),
    "What we found": ("findings", "findings-lexicographic", "gallery", "grokking", "exam", "log"),
    "How it is built": ("architecture", "taste", "decisions", "CONTRIBUTING", "CHANGELOG"),
}
ROOT_PAGE = "about"
NAMES = {
    "decisions": "Decisions",
    "examples": "Notebooks",
    "api": "Python API",
    "tasks": "Tasks",
    "exercises": "Exercises",
    "errors": "Errors",
    "gallery": "Gallery",
}
LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|!?\[[^\]]*\]\([^)]*\))*)\]\((?P<target>[^)\s]+)\)")
FENCED = re.compile(r"(^```.*?^```$)", re.M | re.S)
REQUEST = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)=\"(?:https?:)?//[^\"]*\""
    r"|<link\b(?![^>]*\brel=\"canonical\")[^>]*\bhref=\"(?:https?:)?//[^\"]*\"|@import\s+[^;]*//[^;]*|url\(\s*[\"']?(?:https?:)?//[^)]*"
)


def main(words: list[str]) -> int:
    """0 where the site is built, without a warning and without a request to anywhere."""
    gc.disable()  # looking for cycles in trees of documents that all stay was a third of the time
    asked = arguments(words)
    target, trained = asked.target.resolve(), not asked.untrained
    models = list(site_models(trained, asked.models_of_others, asked.address or ""))
    with tempfile.TemporaryDirectory(prefix="openwork-site-") as folder:
        gather(Path(folder), models, trained)
        shutil.rmtree(target, ignore_errors=True)
        stands = ["-D", f"html_baseurl={asked.address}"] if asked.address else []
        options = ["-W", "--keep-going", "-q", "-E", "-a", "-d", f"{folder}/.doctrees", *stands]
        made = sphinx([*options, folder, str(target)])
    if not made:
        write_models(models, target)
        with browsing(chromium()) as browser:
            for model in models:
                photograph(browser, target / "live" / f"{model.name}.html", "social", target / "live", model.name)
    found = list(requests(target))
    print(*found, sep="\n", end="", file=sys.stderr)
    if not made and not found:
        print(f"{target / 'index.html'}: {len(list(target.rglob('*.html')))} pages")
    return 1 if made or found else 0


def arguments(words: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description="Builds the documentation as a site.")
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "site", help="folder to build into; else site/")
    parser.add_argument("--untrained", action="store_true", help="neither train models nor run notebooks")
    theirs = "where palindrome.pt and the others of docs/gallery lie, at any depth, for live pages of them"
    parser.add_argument("--models-of-others", type=Path, metavar="FOLDER", help=theirs)
    stands = "where the site will stand, so that links to it show a picture elsewhere"
    parser.add_argument("--address", type=address, metavar="URL", help=stands)
    return parser.parse_args(words)


def address(text: str) -> str:
    """One that others can be joined to.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not re.match(r"https?://[^/]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with http:// or https:// and a host")
    return text.rstrip("/") + "/"


def gather(source: Path, models: list[SiteModel], run: bool) -> None:
    """Everything that Sphinx reads, as it reads it."""
    places = pages()
    for page, place in places.items():
        text = notebook_page(page, run) if page.suffix == ".ipynb" else page.read_text(encoding="utf-8")
        write(source / place, relinked(text, page, places))
    for name, text in api_pages().items():
        write(source / "api" / name, text)
    write(source / "live" / "index.md", models_index(models))
    for image in (ROOT / "docs").glob("*.png"):
        shutil.copy(image, source / image.name)
    shutil.copy(CONFIG / "conf.py", source / "conf.py")
    write(source / "static" / "style.css", (CONFIG / "style.css").read_text(encoding="utf-8"))
    shutil.copy(ROOT / "docs" / "social.png", source / "static" / "social.png")
    for folder in sorted({path.parent for path in source.rglob("*.md")} - {source}):
        add_contents(folder)
    with (source / f"{ROOT_PAGE}.md").open("a", encoding="utf-8") as index:
        index.writelines(navigation(source))


def pages() -> dict[Path, Path]:
    """Every page of the repository, and its place in the site."""
    docs = {path: path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    top = {ROOT / f"{name}.md": Path(f"{name}.md") for name in ("README", "CONTRIBUTING", "CHANGELOG")}
    books = {path: path.relative_to(ROOT).with_suffix(".md") for path in (ROOT / "examples").rglob("*.ipynb")}
    books |= {path: path.relative_to(ROOT) for path in (ROOT / "examples").rglob("*.md")}
    found = docs | top | books
    found = {path: place.with_name("index.md") if place.stem == "README" else place for path, place in found.items()}
    return found | {ROOT / "README.md": Path(f"{ROOT_PAGE}.md")}


def relinked(text: str, page: Path, places: dict[Path, Path]) -> str:
    """The page with links to where pages are in the site. What is not in the site, such as code, is only named."""

    def to(link: re.Match[str]) -> str:
        target, _, fragment = link["target"].partition("#")
        said = LINK.sub(to, link["text"])
        if not target or re.match(r"[a-z]+:", target):
            return f"{link['image']}[{said}]({link['target']})"
        path = (page.parent / target).resolve()
        place = places.get(path) or places.get(path / "README.md")
        if place is None and path.is_dir() and any(path in other.parents for other in places):
            place = path.relative_to(ROOT / "docs" if ROOT / "docs" in path.parents else ROOT) / "index.md"
        if place is None and link["image"] and path.parent == ROOT / "docs":
            place = Path(path.name)
        if place is None:
            return said if path.exists() else link[0]
        where = os.path.relpath(place, places[page].parent) + (f"#{fragment}" if fragment else "")
        return f"{link['image']}[{said}]({where})"

    return "".join(part if part.startswith("```") else LINK.sub(to, part) for part in FENCED.split(text))


def add_contents(folder: Path) -> None:
    """A folder's first page lists its pages."""
    index, named = folder / "index.md", NAMES.get(folder.name, folder.name.capitalize())
    there = sorted(path.stem for path in folder.glob("*.md") if path.stem != "index")
    hidden = index.exists()
    text = index.read_text(encoding="utf-8") if hidden else f"# {named}\n"
    write(index, text + (contents("", there, hidden) if there else ""))


def navigation(source: Path) -> Iterator[str]:
    """The table of contents beside every page."""
    there = {path.stem if path.is_file() else path.name for path in source.iterdir()}
    there = {name for name in there if (source / f"{name}.md").exists() or (source / name / "index.md").exists()}
    left = sorted(there - {name for names in SECTIONS.values() for name in names} - {ROOT_PAGE})
    for caption, names in (SECTIONS | {"More": tuple(left)}).items():
        shown = [name if (source / f"{name}.md").exists() else f"{name}/index" for name in names if name in there]
        if shown:
            yield contents(caption, shown, True)


def contents(caption: str, names: list[str], hidden: bool) -> str:
    """A table of contents as MyST writes it."""
    options = [f":caption: {caption}"] * bool(caption) + [":hidden:"] * hidden + [":maxdepth: 1"]
    return "\n".join(["", "```{toctree}", *options, "", *names, "```", ""])


def requests(site: Path) -> Iterator[str]:
    """Whatever in the site's files would ask another server for something."""
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".css"):
            for found in REQUEST.findall(path.read_text(encoding="utf-8")):
                yield f"{path}: {found}\n"


def write(path: Path, text: str) -> None:
    """Text into a file, in a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
