"""The user's own Python file with one task: loaded because the user asked for it, and found again for its runs.

A run names the file and its digest and holds no code. It is executed for a run only where this user has asked for
just that text before, on this machine: a store that comes from elsewhere can name a file, and cannot have it run.
A file that was moved is found once the user has asked for it where it lies now.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from openwork.errors import OpenworkError, Reason, TaskError
from openwork.tasks.contract import Task, TaskFile
from openwork.tasks.defined import DEFINED
from openwork.tasks.function_table import told
from openwork.tasks.learned import Learned
from openwork.tasks.registry import OURS, make, task_types

_LOADED: dict[tuple[str, str], type[Task]] = {}
"""by path and digest"""


def own_task(path: Path) -> type[Task]:
    """The task in this file, as what it imports and reads is now. This executes the file, so only do it where the user
    has asked for it.

    Raises:
        TaskError: it cannot be read, raises when it is read, or has no task or more than one.
    """
    text = _text(path)
    file = TaskFile(str(path.absolute()), _digest(text))
    _remember(file)
    _LOADED.pop((file.path, file.digest), None)
    return _loaded(file, text)


def task_of_run(name: str, params: Mapping[str, int], file: TaskFile) -> Task:
    """The task that a run was trained on, from the file that it names.

    Raises:
        TaskError: the file is gone or changed, and this user has asked for its text nowhere else; or has not asked for
            it on this machine at all; with the way out.
    """
    if not file.path:
        return _defined(name, params, file.digest)
    named = Path(file.path)
    known = _asked_for()
    places = [named, *known.get(file.digest, ())]
    text, path = next(
        ((t, p) for p in places if (t := _text_of(p)) is not None and _digest(t) == file.digest), ("", None)
    )
    if path is None:
        raise _not_there(name, named, file.digest)
    if file.digest not in known:
        what = "is named by a run, and you have not asked for it on this machine"
        mend = f"read it, and if you trust it: openwork tasks '{file.path}'"
        raise TaskError("the run's task is not executed", Reason(file.path, what, mend))
    return make(_loaded(TaskFile(str(path), file.digest), text), params)


def _not_there(name: str, path: Path, digest: str) -> TaskError:
    """Why no file has the text that a run's task was loaded from."""
    text = _text_of(path)
    if text is None:
        what = f"{name} was loaded from it, and it is not there any more"
        mend = "put the file back where it was, or say where it lies now: openwork tasks ITS/NEW/PLACE.py"
        return TaskError("the run's task is missing", Reason(str(path), what, mend))
    what = f"has changed since the run was made (SHA-256 {digest[:12]} then, {_digest(text)[:12]} now)"
    mend = "undo the change, or train or import again: what it says now is another task"
    return TaskError("the run's task has changed", Reason(str(path), what, mend))


def _defined(name: str, params: Mapping[str, int], digest: str) -> Task:
    """The task that this process was told by a function, such as that of a notebook's cell."""
    known = task_types()
    types = [known[name]] if name in known else DEFINED.get(name, [])[::-1]
    for cls in types:
        task = make(cls, params)
        if task.file is not None and task.file.digest == digest:
            return task
    what = "was defined by a program or a notebook's cell, and is not defined here" + (" as it was" if types else "")
    raise TaskError("the run's task is missing", Reason(name, what, "run that cell again, or keep the task in a file"))


def _loaded(file: TaskFile, text: str) -> type[Task]:
    key = (file.path, file.digest)
    if key not in _LOADED:
        _LOADED[key] = _executed(file, text)
    return _LOADED[key]


def _executed(file: TaskFile, text: str) -> type[Task]:
    module = ModuleType(f"openwork_own_task_{file.digest[:12]}")
    module.__file__ = file.path
    sys.modules[module.__name__] = module
    # A file that ends the program, as scripts do, would end openwork without a word.
    try:
        exec(compile(text, file.path, "exec"), module.__dict__)
    except OpenworkError:
        raise
    except SyntaxError as error:
        reason = Reason(file.path, f"{error.msg} (line {error.lineno})")
        raise TaskError("the task file is not Python", reason) from error
    except (Exception, SystemExit) as error:
        raise TaskError("the task file cannot be run", Reason(file.path, told(error))) from error
    types = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Task) and value.__module__ == module.__name__
    ]
    if len(types) != 1:
        what = "has no task" if not types else f"has {len(types)}: {', '.join(cls.__name__ for cls in types)}"
        mend = "write one function with @openwork.task(...), or one subclass of openwork.Task: openwork new task NAME"
        raise TaskError("which task?", Reason(file.path, what, mend))
    cls = types[0]
    name = getattr(cls, "name", "")
    if name in task_types():
        raise TaskError(
            "the name is taken", Reason(file.path, f"openwork has a task {name}", "give yours another name")
        )
    cls.file = file
    cls.learned = _learned_of(cls)
    return cls


def _learned_of(cls: type[Task]) -> Learned:
    """What the file says; how a task of ours is learned that it extends is not meant for it."""
    said = (base.__dict__["learned"] for base in cls.__mro__ if "learned" in base.__dict__ and base not in OURS)
    return next(said, None) or {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        reason = Reason(str(path), why or str(error), "give the path of a Python file with a task")
        raise TaskError("the task file cannot be read", reason) from error


def _text_of(path: Path) -> str | None:
    """None where there is no such text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _list() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or str(Path("~/.local/state").expanduser())
    return Path(state) / "openwork" / "asked-for-tasks"


def _asked_for() -> dict[str, list[Path]]:
    """By digest, every text that this user asked for on this machine, with where it lay, the latest place first.

    A line is a digest, and since 2026-11-28 the place after it.
    """
    files: dict[str, list[Path]] = {}
    with suppress(OSError, ValueError):
        for line in reversed(_list().read_text(encoding="utf-8").split("\n")):
            digest, _, place = line.partition(" ")
            files.setdefault(digest, []).extend([Path(place)] if place else [])
    return files


def _remember(file: TaskFile) -> None:
    """That this user asked for a file of this text, and where; where that cannot be kept, it is asked for again."""
    if Path(file.path) not in _asked_for().get(file.digest, ()) and "\n" not in file.path:
        with suppress(OSError, ValueError):
            _list().parent.mkdir(parents=True, exist_ok=True)
            with _list().open("a", encoding="utf-8") as kept:
                kept.write(f"{file.digest} {file.path}\n")
