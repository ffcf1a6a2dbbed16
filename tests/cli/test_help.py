from __future__ import annotations

import subprocess
import sys

import pytest

from openwork.cli.lazy import load
from openwork.cli.registry import COMMANDS

HEAVY = {"numpy", "pydantic", "plotly", "jinja2", "safetensors", "torch", "pandas"}


def modules_after(words: str) -> set[str]:
    code = f"import sys; from openwork.cli.app import run; run({words.split()!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["--help", "--version"])
def test_what_needs_no_command_imports_nothing_heavy(words):
    assert not HEAVY & modules_after(words)


def test_doctor_does_not_start_pytorch_unless_asked():
    assert "torch" not in modules_after("doctor")


def test_help_lists_every_command_with_its_summary(openwork):
    done = openwork("--help")
    assert done.code == 0
    for name, command in COMMANDS.items():
        assert name in done.out
        assert command.summary[:40] in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(openwork, name):
    done = openwork(name, "--help")
    assert done.code == 0
    children = getattr(load(name), "commands", {})
    for path in [[name, child] for child in children] or [[name]]:
        text = openwork(*path, "--help").out
        assert "Examples" in text
        assert f"openwork {' '.join(path)}" in text


def test_the_summary_of_a_command_is_its_first_line():
    for name, command in COMMANDS.items():
        said = (load(name).help or "").strip().splitlines()[0]
        assert said == command.summary, name


@pytest.mark.parametrize("words", [[], ["runs"], ["new"]])
def test_no_command_shows_the_help_once(openwork, words):
    done = openwork(*words)
    assert done.code in (0, 2)
    assert (done.out + done.err).count("Usage: openwork") == 1


def test_version(openwork):
    assert openwork("--version").out.startswith("openwork ")


def test_the_package_run_as_a_module_is_the_command_line():
    done = subprocess.run([sys.executable, "-m", "openwork", "--help"], capture_output=True, text=True, check=True)
    assert "census" in done.stdout
