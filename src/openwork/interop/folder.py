"""A folder that holds a model: the one file with its weights, and the config beside it."""

from __future__ import annotations

from pathlib import Path

from openwork.errors import CheckpointError, Reason

CONFIG = "config.json"
USUAL = ("model.safetensors", "pytorch_model.bin", "ckpt.pt")
"""names that libraries give the weights, the first that is there is read"""
SHARDS = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
MOST_FILES = 1000


def weights_in(folder: Path, endings: tuple[str, ...]) -> Path:
    """The file of weights: of the usual name, or the only one with such an ending.

    Raises:
        CheckpointError: the folder cannot be listed, has none, or several and none of a usual name.
    """
    try:
        names = sorted(place.name for place, _ in zip(folder.iterdir(), range(MOST_FILES), strict=False))
    except OSError as error:
        raise _refused(folder, error.strerror or str(error)) from error
    usual = next((name for name in USUAL if name in names), None)
    if usual is not None:
        return folder / usual
    shards = next((name for name in SHARDS if name in names), None)
    if shards is not None:
        mend = 'save it in one: model.save_pretrained(FOLDER, max_shard_size="1GB")'
        raise _refused(folder, f"its weights are cut into several files ({shards})", mend)
    files = [name for name in names if name.lower().endswith(endings)]
    if len(files) == 1:
        return folder / files[0]
    what = f"has {len(files)} files of weights: {', '.join(files[:6])}" if files else "has no file of weights"
    mend = "name the file" if files else f"looked for {', '.join(USUAL)}, or one that ends in {', '.join(endings)}"
    raise _refused(folder, what, mend)


def _refused(folder: Path, what: str, mend: str = "") -> CheckpointError:
    return CheckpointError("the checkpoint cannot be read", Reason(str(folder), what, mend))
