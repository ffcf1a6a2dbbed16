from __future__ import annotations

import pytest

from openwork.programs import over_training


@pytest.fixture
def trained(openwork, small):
    return openwork("train", "reverse-increment", *small, "--json").value[0]["name"]


def test_the_program_is_told_written_and_kept(openwork, trained, tmp_path, monkeypatch):
    file = tmp_path / "program.py"
    told = openwork("decompile", trained, "--output", str(file))
    assert told.code == 0 and "def program(x" in told.out and "Equal: 8 of 8 inputs" in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    scope: dict[str, object] = {}
    exec(file.read_text(encoding="utf-8"), scope)
    assert callable(scope["program"])
    first = openwork("decompile", trained, "--json").value
    assert first["text"] == file.read_text(encoding="utf-8")
    assert first["equal"]["same"] == 8 and first["word"] in ("decompiled", "partly")
    monkeypatch.setattr("openwork.programs.kept.decompile", None)  # what is kept is not searched for again
    assert openwork("decompile", trained, "--json").value == first


def test_what_a_short_search_found_is_searched_for_again(openwork, trained):
    assert openwork("decompile", trained, "--seconds", "1e-9", "--json").value["word"] == "not decompiled"
    assert openwork("decompile", trained, "--json").value["program"] is not None


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_time_that_is_none(openwork, trained, seconds):
    done = openwork("decompile", trained, "--seconds", seconds)
    assert done.code == 2 and "seconds" in done.err and "Traceback" not in done.err


def test_a_file_that_was_asked_for_is_told_of(openwork, trained, tmp_path):
    file = tmp_path / "program.py"
    none = openwork("decompile", trained, "-o", str(file), "--seconds", "1e-9")
    assert none.code == 1 and not file.exists()
    assert "program.py was not written: no program was found" in none.out
    assert "Wrote program.py." in openwork("decompile", trained, "-o", str(file)).out


def test_a_file_that_cannot_be_written_is_refused_before_the_search(openwork, trained, tmp_path, monkeypatch):
    monkeypatch.setattr("openwork.programs.kept.decompile", None)
    refused = openwork("decompile", trained, "-o", str(tmp_path / "none" / "program.py"))
    assert refused.code == 2 and "the program could not be written" in refused.err


def test_an_interruption_of_the_verdicts_keeps_the_program(openwork, trained, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("openwork.programs.decompiling.realised", interrupted)
    done = openwork("decompile", trained)
    assert done.code == 130 and "def program(x" in done.out and "interrupted before every verdict" in done.out


def test_one_input_is_told_without_a_traceback(openwork, trained):
    done = openwork("decompile", trained, "--inputs", "1")
    assert done.code == 0 and "a sample: equal on" in " ".join(done.out.split())


def test_two_runs_programs_are_compared(openwork, small):
    one, other = (
        run["name"] for run in openwork("train", "reverse-increment", *small, "--seeds", "0..1", "--json").value
    )
    itself = openwork("decompile", one, one, "--json").value
    assert itself["same"] and itself["digests"][0] == openwork("decompile", one, "--json").value["digest"]
    told = openwork("decompile", one, other)
    same = openwork("decompile", one, other, "--json").value["same"]
    assert told.code == 0 and ("Not the same" in told.out, "The same program" in told.out) == (not same, same)
    assert max(map(len, told.out.splitlines())) <= 80


def test_programs_of_two_tasks_are_not_compared(openwork, trained, small):
    shorter = [word.replace("length=3", "length=2") for word in small]
    other = openwork("train", "reverse-increment", *shorter, "--json").value[0]["name"]
    refused = openwork("decompile", trained, other)
    assert refused.code == 2 and "different tasks" in refused.err and "length=2" in refused.err


def test_it_is_said_since_when_the_program_and_its_lines_hold(openwork, trained):
    told = openwork("decompile", trained, "--over-training")
    assert told.code == 0 and "over training, at 4 of 4 checkpoints" in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    found = openwork("decompile", trained, "--over-training", "--json").value["over_training"]
    answers = found["parts"][0]
    assert found["epochs"] == [0, 1, 2, 3] and answers["part"] == "the answers"
    assert answers["shares"][-1] == 1 and answers["since"]["epoch"] <= 3


def test_what_was_measured_over_training_is_kept_upon_an_interruption_too(openwork, trained, monkeypatch):
    whole = openwork("decompile", trained, "--json").value
    asked, measure = [], over_training._shares

    def shares(*given):
        asked.append(given)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return measure(*given)

    monkeypatch.setattr(over_training, "_shares", shares)
    assert openwork("decompile", trained, "--over-training").code == 130
    first = openwork("decompile", trained, "--over-training", "--json").value
    assert len(asked) == 5 and first["text"] == whole["text"]  # two of four epochs, one in vain, the other two
    assert openwork("decompile", trained, "--over-training", "--json").value == first and len(asked) == 5


def test_a_programs_claims_are_judged_in_another_model(openwork, trained, small, tmp_path):
    file = tmp_path / "claims.toml"
    assert "Wrote claims.toml." in openwork("decompile", trained, "--claims", str(file)).out
    other = openwork("train", "reverse-increment", *small, "--seeds", "1..1", "--json").value[0]["name"]
    own, others = (openwork("check", str(file), run, "--json").value["verdicts"] for run in (trained, other))
    names = [verdict["claim"]["id"] for verdict in own]
    assert names == [verdict["claim"]["id"] for verdict in others] and names[0] == "program"
    refused = openwork("decompile", trained, trained, "--claims", str(file))
    assert refused.code == 2 and "one run alone" in refused.err


def test_over_training_goes_with_one_run(openwork, trained):
    refused = openwork("decompile", trained, trained, "--over-training")
    assert refused.code == 2 and "one run alone" in refused.err
