"""ES modules as one classic script, so that a page needs no build step, no server and one hash.

Each module becomes a function called once, in the order of their imports; an import becomes a destructuring of what
another module gave. That is honest only for a part of the language, and anything else is refused: named imports from
relative paths at the top of a file, and exports that are declarations which are never assigned again.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

IMPORT = re.compile(r'^import \{([\w\s,]*)\} from "(\.{1,2}/[\w./-]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function\*? (\w+)|class (\w+)|const (\w+))", re.MULTILINE)
UNKNOWN = re.compile(r"^\s*(?:import\b(?!\.)|export\b).*$|\bimport\(|\bimport\.meta\b", re.MULTILINE)


class BundleError(ValueError):
    """Modules that cannot be made into one script: a slip of ours, not of a user's."""


@dataclass(frozen=True)
class Module:
    """One file: its body without imports and exports, what it takes from where, and what it gives."""

    path: str
    body: str
    imports: tuple[tuple[str, str], ...]
    """each the path of a module and the names taken from it, as a destructuring pattern"""
    exports: tuple[str, ...]


@cache
def bundled(*entries: str, as_global: str = "") -> str:
    """The script that runs these modules, paths below `live/`, in this order.

    With `as_global` what they export becomes an object of that name.

    Raises:
        BundleError: a module is missing, in a circle of imports, or uses more of the language than can be inlined.
    """
    modules: dict[str, Module] = {}
    for entry in entries:
        _find(entry, modules, ())
    numbers = {path: number for number, path in enumerate(modules)}
    parts = [_function(module, numbers) for module in modules.values()]
    if as_global:
        given = ", ".join(f"...module{numbers[entry]}" for entry in entries)
        parts.append(f"globalThis.{as_global} = {{ {given} }};")
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();\n"


def script_hash(script: str) -> str:
    """The source expression by which a Content-Security-Policy allows this inline script: `sha256-...`."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _find(path: str, found: dict[str, Module], above: tuple[str, ...]) -> None:
    """Adds what the module needs, then the module."""
    if path in above:
        raise BundleError(f"modules import each other: {', '.join((*above, path))}")
    if path in found:
        return
    module = read_module(path, _text(path))
    for needed, _ in module.imports:
        _find(needed, found, (*above, path))
    found[path] = module


def read_module(path: str, text: str) -> Module:
    """A module taken apart.

    Raises:
        BundleError: it has an import or export of a kind that cannot be inlined.
    """
    folder = posixpath.dirname(path)
    imports = tuple(
        (posixpath.normpath(posixpath.join(folder, source)), _pattern(names)) for names, source in IMPORT.findall(text)
    )
    exports = tuple(next(filter(None, names)) for names in EXPORT.findall(text))
    body = EXPORT.sub("", IMPORT.sub("", text)).strip()
    left = [match[0].strip() for match in UNKNOWN.finditer(_without_comments(body))]
    if left:
        mend = 'write import { a, b as c } from "./x.js"; and export before function, class or const'
        raise BundleError("\n".join([f"{path} cannot be inlined: {mend}", *left]))
    return Module(path, body, imports, exports)


def _pattern(names: str) -> str:
    """`a, b as c` as a destructuring pattern: `a, b: c`."""
    return ", ".join(name.replace(" as ", ": ") for name in re.split(r"\s*,\s*", names.strip().rstrip(",")))


def _without_comments(body: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//[^\n]*$", "", body, flags=re.DOTALL | re.MULTILINE)


def _function(module: Module, numbers: dict[str, int]) -> str:
    takes = [f"const {{ {names} }} = module{numbers[path]};" for path, names in module.imports]
    gives = [f"return {{ {', '.join(module.exports)} }};"] if module.exports else []
    lines = [
        f"// {module.path}",
        f"const module{numbers[module.path]} = (() => {{",
        *takes,
        module.body,
        *gives,
        "})();",
    ]
    return "\n".join(lines)


def _text(path: str) -> str:
    file = files("openwork.page") / "live" / path
    if not file.is_file():
        raise BundleError(f"{path} is not a file of page/live")
    return file.read_text(encoding="utf-8")
