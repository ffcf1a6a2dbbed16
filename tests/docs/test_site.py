"""The documentation as a site: it builds without a warning, asks nobody for anything, and has every page and name."""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.site_scripts import script

ROOT = Path(__file__).parents[2]
DRAWN = ("counted",)
"""parts of a live page that its script makes"""
HREF = re.compile(r"<a\b[^>]*?\bhref=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Sphinx in a process of its own, where a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "scripts" / "build_site.py"), str(folder), "--untrained"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there_and_in_the_navigation(site):
    links = HREF.findall((site / "about.html").read_text(encoding="utf-8"))
    start = {(site / link.partition("#")[0]).resolve() for link in links} | {site / "about.html"}
    for place in script("build_site").pages().values():
        made = (site / place).with_suffix(".html")
        assert made.exists(), place
        assert made.resolve() in start, place


def test_the_first_page_is_a_model_to_play_with(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    assert 'id="openwork-data"' in page and 'id="tour"' in page
    assert 'href="about.html"' in page and 'href="live/index.html"' in page
    models = sorted(path.stem for path in (site / "live").glob("*.html") if path.stem != "index")
    index = (site / "live" / "index.html").read_text(encoding="utf-8")
    assert models == ["reverse-increment-A", "reverse-increment-B"]
    assert all(f'href="{name}.html"' in index and (site / "live" / f"{name}.svg").exists() for name in models)


def test_models_of_others_are_left_out_and_it_is_said_how_they_come_in(site):
    index = (site / "live" / "index.html").read_text(encoding="utf-8")
    files = [other.file for other in script("others_on_site").others()]
    assert len(files) == 5 and "palindrome.pt" in files
    assert all(file in index for file in files) and "models-of-others" in index


def test_a_link_to_any_page_shows_a_picture_elsewhere(site):
    """A PNG of the size that others ask for; the page itself never asks for it."""
    for page in (site / "index.html", site / "tutorial.html", site / "live" / "reverse-increment-B.html"):
        [picture] = re.findall(r'<meta property="og:image" content="([^"]+)">', page.read_text(encoding="utf-8"))
        head = (page.parent / picture).read_bytes()[:24]
        assert (head[1:4], int.from_bytes(head[16:20]), int.from_bytes(head[20:])) == (b"PNG", 1200, 630), page


def test_the_sites_address_is_one():
    build = script("build_site")
    assert build.address("https://a.org/b") == "https://a.org/b/"
    with pytest.raises(argparse.ArgumentTypeError, match="does not begin with"):
        build.address("a.org")


def test_no_link_within_it_is_broken(site):
    broken = []
    for page in site.rglob("*.html"):
        for link in HREF.findall(page.read_text(encoding="utf-8")):
            target, _, fragment = link.partition("#")
            fragment = fragment.partition("?")[0]  # behind it stands the state of a live page
            if re.match(r"[a-z]+:", target) or fragment in DRAWN:
                continue
            to = page if not target else (page.parent / target).resolve()
            if not to.exists() or (fragment and f'id="{fragment}"' not in to.read_text(encoding="utf-8")):
                broken.append(f"{page.name}: {link}")
    assert not broken


def test_no_file_of_it_asks_another_server(site):
    assert not list(script("build_site").requests(site))


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://elsewhere.org/a.js">',
        '<link rel="stylesheet" href="//elsewhere.org/a.css">',
        '<img alt="" src="http://elsewhere.org/a.png">',
        '@import "https://elsewhere.org/a.css";',
        "src: url(https://elsewhere.org/a.woff2)",
    ],
)
def test_a_request_to_another_server_is_found(text, tmp_path):
    (tmp_path / "page.html").write_text(text)
    assert len(list(script("build_site").requests(tmp_path))) == 1


@pytest.mark.parametrize("room", script("api_pages").ROOMS)
def test_every_exported_name_is_told_of(room, site):
    page = (site / "api" / f"{room}.html").read_text(encoding="utf-8")
    module, told = importlib.import_module(room), script("api_pages")
    names = told.exported(module)
    assert names
    assert not [name for name in names if not told.said_of(module, name)]
    assert not [name for name in names if f'<span class="pre">{name}</span>' not in page]


def test_links_lead_to_the_sites_pages_and_what_is_not_in_it_is_only_named():
    build = script("build_site")
    text = "[a](docs/tutorial.md#x) [b](docs/decisions/) [`c`](src/openwork/errors.py) [d](#here) [e](https://f.org)"
    assert build.relinked(text, ROOT / "README.md", build.pages()) == (
        "[a](tutorial.md#x) [b](decisions/index.md) `c` [d](#here) [e](https://f.org)"
    )
