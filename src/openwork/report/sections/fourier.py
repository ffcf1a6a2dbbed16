"""The waves that a model computes with, and the test of its key frequencies."""

from __future__ import annotations

from openwork.analyses import Fourier
from openwork.report.chapters import describes
from openwork.report.parts import Curve, Fold, Mark, Part, Series, Share, Table, Text, columns

SHARES = (
    "Shares of variance: of the numbers' embeddings, and of the layer's neurons over all pairs. Neurons that mix two "
    "frequencies count for neither."
)
TEST = (
    "For every pair the neurons at the answer's position are set to their part in these frequencies and their mean, "
    "or to all but that part; the rest of the model runs on."
)


@describes(Fourier, chapter="waves")
def fourier_parts(result: Fourier) -> tuple[Part, ...]:
    """The spectra, the test, and every frequency in numbers."""
    records = result.records()
    x = tuple(float(record["frequency"]) for record in records)
    spectra = tuple(
        Series(name, x, tuple(float(record[of]) for record in records))
        for name, of in (("embedding", "embedding"), ("neurons", "neurons"))
    )
    marks = tuple(Mark(float(k), str(k)) for k in result.keys)
    spectrum = Curve("Share by frequency", spectra, "frequency", "share", marks=marks, caption=SHARES)
    return Text(result.summary), spectrum, _test(result), Fold("Every frequency in numbers", (_numbers(result),))


def _test(result: Fourier) -> Table:
    which = "key frequencies" if result.named else "these frequencies"
    said = (("whole model", result.clean), (f"{which} kept", result.kept), ("removed", result.removed))
    rows = tuple((name, Share(answers.accuracy), f"{answers.loss:.4f}") for name, answers in said)
    return Table(columns("neurons", "right", "loss", numeric=(1, 2)), rows, TEST)


def _numbers(result: Fourier) -> Table:
    names = columns("frequency", "key", "embedding", "neurons", "best of", numeric=(0, 2, 3, 4))
    rows = tuple(
        (
            str(record["frequency"]),
            "yes" if record["key"] else "",
            Share(float(record["embedding"])),
            Share(float(record["neurons"])),
            str(record["best_of"]),
        )
        for record in result.records()
    )
    return Table(names, rows, "`best of` counts the neurons of whose variance this frequency explains most.")
