"""What is proved over the real numbers, and beside it what was run."""

from __future__ import annotations

from openwork.proofs import Certified, Proof, SetProof
from openwork.report.chapters import describes
from openwork.report.parts import Attachment, Part, Table, Text, columns
from openwork.tasks import format_count

FILE = "model.cert.json"
CERTIFICATE = f"a certificate, which anybody checks: `openwork-check-certificate {FILE}`"
APART = (
    "Two statements, never one for the other: the first is about the weights, the second about one engine's rounding."
)


@describes(Proof, chapter="accuracy")
def proof_parts(result: Proof) -> tuple[Part, ...]:
    """The statement, then the bounds in words, then every input that is named."""
    said = [Text(result.summary), Text(result.beside), Text(APART, "note")]
    if result.least is not None:
        more = "" if not result.closer else f" {result.closer:,} took up to {result.closer_bits} bits."
        said.append(
            Text(
                f"Smallest lead: at least {result.least:.6g}, at question {result.weakest:,}; largest radius of a "
                f"logit {result.radius:.2g}; {result.seconds:.1f} s.{more}",
                "note",
            )
        )
    rows = tuple((f"{one.question:,}", one.between, "surely not so") for one in result.wrong)
    rows += tuple((f"{one.question:,}", one.between, "UNDECIDED") for one in result.undecided)
    if not rows:
        return tuple(said)
    left = result.n_wrong + result.n_undecided - len(rows)
    caption = "Inputs that are not proved" + (f"; {left:,} more are not named." if left else ".")
    return (*said, Table(columns("question", "leads by", "", numeric=(0,)), rows, caption))


@describes(Certified, chapter="accuracy")
def certified_parts(result: Certified) -> tuple[Part, ...]:
    """The same, with the certificate to be saved."""
    return (*proof_parts(result.proof), Attachment(FILE, result.certificate, CERTIFICATE))


@describes(SetProof, chapter="accuracy")
def set_proof_parts(result: SetProof) -> tuple[Part, ...]:
    """The statement, then each output by itself."""
    said = (Text(result.summary), Text(result.beside), Text(APART, "note"))
    rows = tuple(
        (
            one.output,
            f"{one.cases:,}",
            f"{one.boxes:,}",
            f"{one.rows:,}",
            "none" if not one.unproved else format_count(one.unproved),
            f"{one.open:,}" if one.open else "",
            "" if one.least is None else f"{one.least:.4g}",
            f"{one.seconds:.1f}",
        )
        for one in result.outputs
    )
    names = ("output", "cases", "bounds", "listed", "not proved", "sets left", "smallest lead", "seconds")
    took = f"{result.seconds:.1f} s of processor time"
    caption = f"Each output by itself; {took}. No more than so many are not proved: that is counted, never estimated."
    return (*said, Table(columns(*names, numeric=(1, 2, 3, 4, 5, 6, 7)), rows, caption))
