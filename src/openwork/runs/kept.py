"""What has been measured of one run before, so that asking again is instant."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openwork.errors import StoreError
from openwork.runs.run import Run
from openwork.runs.store import Store


@dataclass(frozen=True)
class KeptResults:
    """The results of a run in the store at `home`, which is opened for every question: any thread may ask."""

    home: Path
    run: Run

    def find(self, name: str, digest: str) -> dict[str, Any] | None:
        """What was kept under this name and digest; None where nothing was.

        Raises:
            StoreError: the store is damaged.
        """
        with Store.open(self.home) as store:
            return store.result(self.run, name, digest)

    def keep(self, name: str, digest: str, result: Mapping[str, Any]) -> None:
        """Keeps it. Where the store cannot be written, is damaged, or has the run no more, nothing is kept, which is no
        error: what was measured is not lost for it, and is measured again the next time."""
        with suppress(StoreError), Store.open(self.home) as store:
            store.save_result(self.run, name, digest, result)
