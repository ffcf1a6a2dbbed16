"""The list of commands. A command's module is imported only when it is run, so that `openwork --help` is quick."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Where a command lives, and what it does in one line."""

    module: str
    summary: str
    resumes: bool = False
    """whether running it again after an interruption goes on where it stopped"""


COMMANDS: dict[str, Command] = {
    "explain": Command("openwork.cli.commands.explain", "Train a task's model, open it up, judge the claims.", True),
    "reproduce": Command("openwork.cli.commands.reproduce", "Run a published recipe; its numbers beside ours.", True),
    "train": Command(
        "openwork.cli.commands.train", "Train seeds side by side into the store, or go on with them.", True
    ),
    "findings": Command(
        "openwork.cli.commands.findings", "Ask every claim of every solved seed, and count the mechanisms.", True
    ),
    "census": Command(
        "openwork.cli.commands.census", "Find the program of every solved seed, and count the mechanisms.", True
    ),
    "check": Command("openwork.cli.commands.check", "Judge the claims of a file on a stored run.", True),
    "analyse": Command("openwork.cli.commands.analyse", "Make one analysis of a stored run, or list the analyses."),
    "trace": Command("openwork.cli.commands.trace", "Run one question, or a counterexample, again."),
    "routes": Command(
        "openwork.cli.commands.routes", "Find which heads carry which answer of a stored run, from where."
    ),
    "decompile": Command(
        "openwork.cli.commands.decompile", "Find the program inside a stored run's model, and test every line there."
    ),
    "prove": Command(
        "openwork.cli.commands.prove",
        "Prove a stored run's model right on every input, over the real numbers.",
        True,
    ),
    "report": Command(
        "openwork.cli.commands.report", "Write a stored run's report as one self-contained HTML file, or as PDF."
    ),
    "import": Command(
        "openwork.cli.commands.import_model", "Bring somebody else's model into the store, to be judged like our own."
    ),
    "export": Command(
        "openwork.cli.commands.export_model",
        "Write a stored model for TransformerLens 3 or 4, transformers, PyTorch or ONNX, or as plain safetensors.",
    ),
    "gallery": Command(
        "openwork.cli.commands.gallery",
        "Write a page about somebody else's model: how it works, and what nobody understands yet.",
    ),
    "runs": Command("openwork.cli.commands.runs", "List, show, remove, prune, export or recover stored runs."),
    "tasks": Command("openwork.cli.commands.tasks", "List the tasks, with their parameters and domains."),
    "new": Command("openwork.cli.commands.new", "Write a working start for a task of your own."),
    "doctor": Command("openwork.cli.commands.doctor", "Say which engine runs here and why, and where runs are kept."),
}
