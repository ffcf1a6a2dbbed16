"""A claims file from a program that was found: the program as a whole, and each of its lines by itself."""

from __future__ import annotations

import json

from openwork.programs import Program, program_as_json

HEAD = """\
# The program of {run}, as claims: `openwork check THIS_FILE RUN` judges it in any other model of the task.
format = 1
"""


def claims_of_program(run: str, program: Program) -> str:
    """Claims of the kind `decompiles` as TOML: one of the whole program, and of each line one of its own.

    Args:
        run: whose it is, in words.
        program: with places for its lines.
    """
    # Nothing in JSON but strings can hold a quote, or what TOML forbids, and there it may be written by its number.
    held = json.dumps(program_as_json(program), ensure_ascii=False).replace("'", "\\u0027").replace("\x7f", "\\u007f")
    named = [("program", "")]
    named += [(f"line-{n}", f"lines = [{json.dumps(v.name)}]\n") for n, v in enumerate(program.variables, 1)]
    claims = [
        f"[[claim]]\nid = \"{name}\"\nkind = \"decompiles\"\n{lines}program = '''{held}'''\n" for name, lines in named
    ]
    return "\n".join([HEAD.format(run=run), *claims])
