from __future__ import annotations

import pytest

from openwork.claims import (
    KINDS,
    Accuracy,
    Attends,
    Carries,
    Decompiles,
    Implements,
    Learns,
    Linear,
    Necessary,
    ReadsOut,
    Split,
    Sufficient,
    Unnecessary,
    article_for,
    parse_claims,
)
from openwork.errors import ClaimError
from openwork.programs import Output, Program, Symbol
from openwork.programs.language import Constant
from openwork.tasks import ReverseIncrement
from openwork.training import named_experiment

TASK = ReverseIncrement()
SPEC = named_experiment("notebook").spec

PROGRAM = Program((Symbol("x[0]", 1),), (), tuple(Output(name, Constant(0), 8) for name in TASK.outputs))

MIRROR = """
[[claim]]
id = "mirror"
kind = "attends"
says = "the head looks at the mirrored digit"
head = "blocks.0.attn.0"
query = "predicts y[i]"
key = "x[7-i]"
for = { i = "0..7" }
"""

CARRIES = """
[[claim]]
kind = "carries"
component = "{}"
variable = "{}"
output = "{}"
at = "{}"
"""

FIVE_MISTAKES = """
format = 1

[[claim]]
id = "a"
kind = "atends"

[[claim]]
id = "b"
kind = "attends"
head = "blocks.0.attn.3"
query = "predicts y[i]"
key = "x[8-i]"
for = { i = "0..7" }

[[claim]]
id = "c"
kind = "reads-out"
site = "blocks.0.hook_residpost"

[[claim]]
id = "d"
kind = "accuracy"
atleast = 0.5
"""


def reasons(text, spec=SPEC):
    with pytest.raises(ClaimError) as caught:
        parse_claims(text, TASK, spec)
    return [str(reason) for reason in caught.value.reasons]


def test_a_claim_is_the_same_in_toml_and_in_python():
    mirror = Attends(
        id="mirror",
        says="the head looks at the mirrored digit",
        head="blocks.0.attn.0",
        query="predicts y[i]",
        key="x[7-i]",
        each={"i": range(8)},
    )
    assert parse_claims(MIRROR, TASK, SPEC) == (mirror,)


@pytest.mark.parametrize(
    "claim",
    [
        Attends(head="blocks.1.attn.0", query="predicts y[i]", key="BOS", each={"i": "outputs"}),
        ReadsOut(site="blocks.1.hook_resid_post", after_norm=True),
        Necessary(components=["blocks.0.mlp", "blocks.0.attn.0 + blocks.1.mlp"], by="resample"),
        Unnecessary(components="blocks.0.mlp"),
        Implements(program="reverse", alignment={"digit[i]": "blocks.0.attn @ predicts y[i]"}, each={"i": "outputs"}),
        Sufficient(nodes=["blocks.0.attn.0 @ predicts y[i]", "blocks.1.mlp"], output="y[i]", each={"i": "outputs"}),
        Sufficient(edges=["embed -> blocks.0.attn", "blocks.0.attn @ x[2] -> output"], at_least=0.5, seed=2),
        Carries(component="blocks.0.attn", variable="x[7-i]", output="y[i]", at="predicts y[i]", each={"i": range(8)}),
        Carries(
            component="blocks.0.attn + blocks.1.mlp", variable="x[0]", output="y[7]", at_most=0.1, forced="changed"
        ),
        Accuracy(),
        Decompiles(program=PROGRAM, at_least=0.9),
        Split(experiment="notebook"),
        Learns(experiment="notebook", seeds=3),
        Linear(components="blocks.0.mlp", at_most=0.5),
    ],
    ids=lambda claim: claim.kind,
)
def test_a_claim_can_be_written_down_and_read_again(claim):
    table = claim.as_table()
    assert claim.id == claim.kind
    assert claim.says
    assert KINDS[table.pop("kind")](**table) == claim
    assert not list(claim.misfits(TASK, SPEC))


def test_five_mistakes_are_told_at_once_each_with_its_place():
    found = reasons(FIVE_MISTAKES)
    assert len(found) == 5
    assert "[[claim]] 1 (a), kind" in found[0] and "did you mean 'attends'" in found[0]
    assert "[[claim]] 2 (b), head" in found[1] and "no head 3" in found[1]
    assert "[[claim]] 2 (b), key" in found[2] and "'x[8]'" in found[2] and "i = 0" in found[2]
    assert "[[claim]] 3 (c), site" in found[3] and "'blocks.0.hook_resid_post'" in found[3]
    assert "[[claim]] 4 (d), atleast" in found[4] and "at_least" in found[4]


def test_sites_are_not_looked_at_without_a_model():
    assert len(reasons(FIVE_MISTAKES, None)) == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[claim", "mend the TOML first"),
        ("", "there is none"),
        ("claim = 3", "list of tables"),
        ("format = 2\n" + MIRROR, "newer"),
        ("titel = 'x'\n" + MIRROR, "did you mean 'title'"),
        (MIRROR + MIRROR, "'mirror' is taken by [[claim]] 1"),
        ("[[claim]]\nid = 'a'", "kind: is missing"),
        ("[[claim]]\nkind = 'learns'\nexperiment = 'notbook'", "did you mean 'notebook'"),
        ("[[claim]]\nkind = 'learns'", "experiment: is missing"),
        ("[[claim]]\nkind = 'accuracy'\nexpect = 'REFUTE'", "did you mean 'REFUTED'?"),
        ("[[claim]]\nkind = 'accuracy'\nat_least = 1.5", "less than or equal to 1"),
        ("[[claim]]\nkind = 'accuracy'\nat_least = nan", "finite"),
        ("[[claim]]\nkind = 'accuracy'\nfor = { i = '0..7' }", "nothing is quantified"),
        ("[[claim]]\nkind = 'accuracy'\noutput = 'y[i]'\nfor = { n = '0..7' }", "cannot be a name"),
        ("[[claim]]\nkind = 'accuracy'\noutput = 'y[i]'\nfor = { i = '7..0' }", "is empty"),
        ("[[claim]]\nkind = 'necessary'\ncomponents = []", "at least 1 item"),
        ("[[claim]]\nkind = 'necessary'\ncomponents = 'blocks.2.mlp'", "blocks.2.mlp"),
        ("[[claim]]\nkind = 'linear'\ncomponents = 'blocks.0.attn'", "is not an MLP"),
        ("[[claim]]\nkind = 'linear'\ncomponents = 'blocks.0.mlp'\nat_least = 1\nat_most = 0", "not both"),
        (CARRIES.format("blocks.0.atn", "x[0]", "y[7]", "x[0]"), "did you mean 'blocks.0.attn'"),
        ("[[claim]]\nkind = 'necessary'\ncomponents = 'blocks.0.mpl'", "did you mean 'blocks.0.mlp'"),
        ("[[claim]]\nkind = 'necessary'\ncomponents = 'blocks.0.mlp'\nby = 'zeroo'", "'zero', 'mean' or 'resample'"),
        (CARRIES.format("blocks.0.attn", "y[0]", "y[7]", "x[0]"), "no 'y[0]'"),
        (CARRIES.format("blocks.0.attn", "x[0]", "y[8]", "x[0]"), "did you mean 'y[7]'"),
        (CARRIES.format("blocks.0.attn", "x[0]", "y[7]", "predict y[7]"), "did you mean 'predicts y[7]'"),
        (CARRIES.format("blocks.0.attn", "x[0]", "y[7]", "") + "at_most = 0\nat_least = 1", "not both"),
        (CARRIES.format("blocks.0.attn", "x[0]", "y[7]", "") + "at_most = -0.1", "greater than or equal to 0"),
        ("[[claim]]\nkind = 'implements'\nprogram = 'p'\nalignment = {}", "at least 1 item"),
        ("[[claim]]\nkind = 'implements'\nprogram = 'p'\nalignment = { d = 'blocks.9.mlp @ x[0]' }", "blocks.9.mlp"),
        ("[[claim]]\nkind = 'implements'\nprogram = 'p'\nalignment = { d = 'blocks.0.mlp @ x[9]' }", "no 'x[9]'"),
        ("[[claim]]\nkind = 'unnecessary'\ncomponents = 'blocks.0.mlp + blocks.7.mlp'", "blocks.7.mlp"),
        ("[[claim]]\nkind = 'reads-out'\nsite = 'blocks.0.attn.hook_q'", "d_model numbers"),
        ("[[claim]]\nkind = 'attends'\nhead = 'blocks.0.attn'\nquery = 'BOS'\nkey = 'BOS'", "is not a head"),
    ],
)
def test_mistakes(text, complaint):
    found = reasons(text)
    assert len(found) == 1
    assert complaint in found[0]


def test_mistakes_in_python_are_told_at_once_too():
    with pytest.raises(ClaimError) as caught:
        ReadsOut(basis="W_X", measure="cosin", sight="blocks.0.hook_resid_post")
    assert [reason.where for reason in caught.value.reasons] == ["site", "basis", "measure", "sight"]


@pytest.mark.parametrize("length", [1, 3, 8])
def test_the_article_fits_every_length(length):
    task = ReverseIncrement(5, length)
    claims = article_for(task, named_experiment("notebook", task).spec)
    assert len({claim.id for claim in claims}) == 6


def test_a_field_that_cannot_be_read_does_not_hide_what_is_wrong_with_the_others():
    text = MIRROR.replace('"mirror"', '"mir ror"').replace("attn.0", "attn.7").replace("x[7-i]", "x[8-i]")
    with pytest.raises(ClaimError) as caught:
        parse_claims(text, TASK, SPEC)
    assert [reason.where.rpartition(", ")[2] for reason in caught.value.reasons] == ["id", "head", "key"]


def test_without_its_for_nothing_is_said_of_names():
    with pytest.raises(ClaimError) as caught:
        parse_claims(MIRROR.replace('"0..7"', '"7..zero"'), TASK, SPEC)
    assert [reason.where.rpartition(", ")[2] for reason in caught.value.reasons] == ["for"]
