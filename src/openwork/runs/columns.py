"""What can be asked of stored runs: columns, the two tables that have them, and views for other programs.

Both tables follow from the rows of runs and can be made again from them. `experiments` has what runs share that differ
in their seed only, `summaries` has what is a run's own, in the order in which runs are listed. The views join them, for
DuckDB, Polars, `sqlite3` and whoever reads SQLite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["whole", "number", "text", "truth"]
"""whole numbers, numbers, texts, and what is true or false (1 or 0 in SQL)"""
_SQL = {"whole": "INTEGER", "number": "REAL", "text": "TEXT", "truth": "INTEGER"}


@dataclass(frozen=True)
class Column:
    """One of them: `name` in conditions and views, what it holds, and what it says; NULL where there is nothing to
    say."""

    name: str
    kind: Kind
    says: str


EXPERIMENT = (
    Column("experiment", "text", "hash of all but the seed: runs that differ in their seed only have the same"),
    Column("task", "text", "the task's name"),
    Column("params", "text", "the task's parameters, as JSON; one of them in a condition: `param.base`"),
    Column("imported", "truth", "whether somebody else trained it"),
    Column("file", "text", "the name of the file that an imported model came from"),
    Column("layers", "whole", "layers of the model"),
    Column("heads", "whole", "heads in each layer"),
    Column("d_model", "whole", "width of the residual stream"),
    Column("d_head", "whole", "width of a head"),
    Column("d_mlp", "whole", "neurons in each MLP; 0 without one"),
    Column("act_fn", "text", "what the neurons do, as `relu`"),
    Column("normalization", "text", "`LN`, `LNPre`, `RMS`, `RMSPre`, or NULL for none"),
    Column("attention", "text", "`causal` or `bidirectional`"),
    Column("attn_only", "truth", "whether there are no MLPs"),
    Column("most_epochs", "whole", "epochs after which training ends at the latest"),
    Column("batch_size", "whole", "inputs in a batch"),
    Column("lr", "number", "learning rate"),
    Column("schedule", "text", "`warmup-cosine` or `constant`"),
    Column("weight_decay", "number", "AdamW's"),
    Column("split", "text", "how inputs are divided: `shuffled` or `lexicographic`"),
    Column("held_out", "number", "share of the inputs that is held out"),
)
RUN = (
    Column("run", "text", "the run's name"),
    Column("seed", "whole", "the seed"),
    Column("status", "text", "`training`, `solved`, `finished` or `diverged`"),
    Column("solved", "truth", "whether it is right on the whole domain after its latest epoch"),
    Column("epoch", "whole", "epochs finished"),
    Column("solved_epoch", "whole", "the first epoch after which it was right on the whole domain"),
    Column("loss", "number", "after the latest epoch, on what it was trained on, nats"),
    Column("accuracy", "number", "the same: share of answers that are right"),
    Column("held_out_loss", "number", "the same as `loss`, on what was held out"),
    Column("held_out_accuracy", "number", "the same as `accuracy`, on what was held out"),
    Column("engine", "text", "what trained it"),
    Column("created", "text", "when its first epoch was recorded, as 2026-11-28T21:00:00+00:00"),
    Column("updated", "text", "when its latest epoch was recorded"),
)
COLUMNS = {column.name: column for column in (*RUN, *EXPERIMENT)}
"""all that conditions may name"""


def table(column: Column) -> str:
    """A column in SQL, by the table that has it: `s` is `summaries`, `e` is `experiments`."""
    return f"e.{column.name}" if column in EXPERIMENT else f"s.{column.name}"


def _lines(columns: tuple[Column, ...]) -> str:
    return ", ".join(f"{column.name} {_SQL[column.kind]}" for column in columns)


EXPERIMENTS_TABLE = f"CREATE {{kind}} experiments (id INTEGER PRIMARY KEY, {_lines(EXPERIMENT)}, UNIQUE (experiment))"
SUMMARIES_TABLE = (
    f"CREATE {{kind}} summaries (number INTEGER NOT NULL, {_lines(RUN)}, UNIQUE (run),"
    " PRIMARY KEY (created, number, seed){refers}) WITHOUT ROWID"
)
REFERS = ", FOREIGN KEY (run) REFERENCES runs (name) ON DELETE CASCADE"
SUMMARIES = (
    EXPERIMENTS_TABLE.format(kind="TABLE"),
    SUMMARIES_TABLE.format(kind="TABLE", refers=REFERS),
)
TEMPORARY = (
    EXPERIMENTS_TABLE.format(kind="TEMP TABLE"),
    SUMMARIES_TABLE.format(kind="TEMP TABLE", refers=""),
)
"""the same for one reading of a store that has none, or that cannot be written"""

_ALL = ", ".join(table(column) for column in COLUMNS.values())
VIEWS = (
    f"CREATE VIEW all_runs AS SELECT {_ALL} FROM summaries s JOIN experiments e ON e.id = s.number",
    """CREATE VIEW all_epochs AS SELECT e.run, e.epoch, e.step, e.lr, e.running_loss, e.seconds,
        t.loss, t.accuracy, h.loss AS held_out_loss, h.accuracy AS held_out_accuracy
        FROM epochs e
        JOIN metrics t ON t.run = e.run AND t.epoch = e.epoch AND t.split = 'train'
        LEFT JOIN metrics h ON h.run = e.run AND h.epoch = e.epoch AND h.split = 'held_out'""",
    f"""CREATE VIEW all_experiments AS SELECT {", ".join(f"e.{column.name}" for column in EXPERIMENT)},
        count(*) AS runs, sum(s.solved) AS solved, sum(s.status = 'training') AS training,
        min(s.seed) AS first_seed, max(s.seed) AS last_seed, avg(s.solved_epoch) AS mean_solved_epoch,
        min(s.created) AS created, max(s.updated) AS updated
        FROM summaries s JOIN experiments e ON e.id = s.number GROUP BY s.number""",
    """CREATE VIEW all_verdicts AS SELECT run, json_extract(verdict, '$.claim.id') AS claim,
        json_extract(verdict, '$.outcome') AS outcome, judged, verdict FROM verdicts""",
)
