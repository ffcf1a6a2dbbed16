from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The bench's workers run under interpreters that have no openwork, so its modules are a folder, not a package.
sys.path.append(str(ROOT / "bench"))
