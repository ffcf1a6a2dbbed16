"""A process that gives commands in processes of their own, forked from it: nothing is imported twice.

Every line of its input is a job in JSON: `command`, `home`, and where wanted `kill`, the seconds after which it is
killed (SIGKILL), or `fail`: `[folder, number, error, alone]` of `failing_disk.c`, with which this process was started
then. The answer is a line of JSON: `code` (negative where a signal ended it), `out`, `told`, `crash` and `writes`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from openwork.cli.registry import COMMANDS
from openwork.testing.damaged_stores import answer


def main() -> None:
    for command in COMMANDS.values():
        importlib.import_module(command.module)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(result(json.loads(line))), flush=True)


def result(job: dict[str, Any]) -> dict[str, Any]:
    """What became of a job in a process of its own."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        try:
            said = json.dumps(done(job)).encode()
        except BaseException:
            said = json.dumps({"code": 1, "out": "", "told": "", "crash": traceback.format_exc(), "writes": 0}).encode()
        with os.fdopen(sender, "wb") as file:
            file.write(said)
        os._exit(0)
    os.close(sender)
    if job.get("kill") is not None and not select.select([receiver], [], [], job["kill"])[0]:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(receiver, "rb") as file:
        said = file.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(said) if ended == 0 else {"code": ended, "out": "", "told": "", "crash": "", "writes": 0}


def done(job: dict[str, Any]) -> dict[str, Any]:
    """The answer to a command, on a disk that fails where it should."""
    disk = ctypes.CDLL(None)
    if job.get("fail") is not None:
        folder, number, error, alone = job["fail"]
        disk.failing_disk(folder.encode(), ctypes.c_long(number), error, alone)
    found = answer(job["command"], Path(job["home"]))
    writes = 0
    if job.get("fail") is not None:
        writes = disk.failing_disk_seen()
        disk.failing_disk(b"", ctypes.c_long(0), 0, 0)
    return {"code": found.code, "out": found.out, "told": found.told, "crash": found.crash, "writes": writes}


if __name__ == "__main__":
    main()
