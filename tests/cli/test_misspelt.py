from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["explian", "reverse-increment"], "'explain'"),
        (["runs", "lst"], "'list'"),
        (["train", "reverse-incremnt"], "'reverse-increment'"),
        (["explain", "revers-increment"], "'reverse-increment'"),
        (["reproduce", "notbook"], "'notebook'"),
        (["train", "reverse-increment", "--experiment", "notebok"], "'notebook'"),
        (["train", "reverse-increment", "--param", "bse=4"], "'base'"),
        (["train", "reverse-increment", "--split", "shufled"], "'shuffled'"),
        (["train", "reverse-increment", "--act-fn", "rleu"], "'relu'"),
        (["train", "reverse-increment", "--engine", "natve"], "'native'"),
        (["doctor", "--engine", "trch"], "'torch'"),
        (["runs", "show", "0123"], "openwork train"),
        (["report", "0123"], "openwork train"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(openwork, words, advice):
    done = openwork(*words)
    assert done.code == 2
    assert advice in done.err
    assert "Traceback" not in done.err
    assert not done.out


def test_an_unknown_option_points_at_the_help(openwork):
    done = openwork("tasks", "--jsn")
    assert done.code == 2
    assert "--jsn" in done.err
    assert "openwork tasks --help" in done.err


def test_every_mistake_is_told_at_once(openwork):
    done = openwork("train", "reverse-increment", "--n-heads", "0", "--lr", "-1", "--held-out", "2", "--d-model", "0")
    assert done.code == 2
    for option in ("--n-heads", "--lr", "--held-out", "--d-model"):
        assert option in done.err


def test_with_json_the_error_is_a_value_on_standard_output(openwork):
    done = openwork("train", "reverse-incremnt", "--json")
    assert done.code == 2
    error = done.value["error"]
    assert error["kind"] == "TaskError"
    assert error["reasons"][0]["where"] == "reverse-incremnt"
    assert "reverse-increment" in error["reasons"][0]["mend"]
    assert openwork("tasks", "--jsn", "--json").value["error"]["kind"] == "UsageError"
