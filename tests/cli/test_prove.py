from __future__ import annotations

import pytest

from openwork_certificate import command


@pytest.fixture
def trained(openwork):
    [run] = openwork("train", "reverse", "--param", "base=2", "--param", "length=3", "--seed", "0", "--json").value
    return run["name"]


def test_a_proof_is_told_certified_checked_and_kept(openwork, trained, tmp_path, capsys, monkeypatch):
    file = tmp_path / "model.cert.json"
    told = openwork("prove", trained, "--output", str(file))
    assert told.code == 0 and "Proved: right on every one of 8 inputs" in told.out and "As run" in told.out
    assert command.main([str(file)]) == 0 and "TRUE" in capsys.readouterr().out
    first = openwork("prove", trained, "--json").value
    assert first["proved"] == 8 and first["margin"] > 0
    monkeypatch.setattr("openwork.proofs.kept.prove", None)  # what is kept is not proved again
    assert openwork("prove", trained, "--json").value == first


def test_what_is_not_so_is_named_and_no_certificate_written(openwork, trained, tmp_path):
    done = openwork("prove", trained, "--margin", "1000", "-o", str(tmp_path / "a.json"))
    assert done.code == 1 and "surely do not lead by more than 1000" in done.out
    assert "a.json was not written" in done.out and not (tmp_path / "a.json").exists()


def test_a_margin_that_is_none_and_a_file_that_cannot_be(openwork, trained, tmp_path):
    assert openwork("prove", trained, "--margin", "nan").code == 2
    refused = openwork("prove", trained, "-o", str(tmp_path / "none" / "a.json"))
    assert refused.code == 2 and "the certificate could not be written" in refused.err


def test_questions_that_nobody_can_list(openwork):
    fields = ("--experiment", "running-sum-sign", "--seed", "0", "--epochs", "1", "--json")
    [run] = openwork("train", "running-sum-sign", *fields).value
    refused = openwork("prove", run["name"])
    assert refused.code == 2 and "a proof over a sample would say nothing of the others" in refused.err


def test_by_sets_it_is_told_certified_and_kept(openwork, tmp_path, capsys, monkeypatch):
    given = ("--param", "numbers=4", "--param", "length=2", "--seed", "0", "--json")
    [run] = openwork("train", "maximum", *given).value
    file = tmp_path / "model.cert.json"
    told = openwork("prove", run["name"], "--by-sets", "--output", str(file))
    assert told.code == 0 and "Proved by sets of inputs: right on every one of 16 inputs" in told.out
    assert "openwork-check-certificate" in told.out and command.main([str(file)]) == 0
    assert "TRUE: right on at least 16 of 16 questions" in capsys.readouterr().out
    first = openwork("prove", run["name"], "--by-sets", "--json").value
    monkeypatch.setattr("openwork.proofs.kept.prove_by_sets", None)
    assert openwork("prove", run["name"], "--by-sets", "--json").value == first and first["proved"] == "16"


def test_questions_too_many_to_list_go_by_sets(openwork):
    fields = ("--param", "numbers=50", "--param", "length=6", "--train-inputs", "64", "--epochs", "1", "--json")
    [run] = openwork("train", "maximum", "--seed", "0", *fields).value
    told = openwork("prove", run["name"], "--seconds", "0")
    assert told.code == 1 and "by sets" in told.out and "15,625,000,000 inputs" in told.out


def test_a_mean_and_a_program_are_proved_from_the_command_line(openwork, trained, tmp_path, capsys):
    broken = openwork("prove", trained, "--mean", "blocks.0.attn", "-o", str(tmp_path / "a.json"))
    assert broken.code == 1 and "with blocks.0.attn set to its mean" in broken.out and "was not written" in broken.out
    assert openwork("prove", trained, "--mean", "blocks.9.attn").code == 2
    right, other = tmp_path / "right.py", tmp_path / "other.py"
    right.write_text("def y(x):\n    return x[::-1]\n")
    other.write_text("def y(x):\n    return [0, 0, 0]\n")
    file = tmp_path / "p.cert.json"
    told = openwork("prove", trained, "--program", str(right), "-o", str(file))
    assert told.code == 0 and "the same answers as the program right.py on every one of 8 inputs" in told.out
    assert command.main([str(file)]) == 0 and "the program's answer" in capsys.readouterr().out
    differs = openwork("prove", trained, "--program", str(other))
    assert differs.code == 1 and "the same answers as the program other.py" in differs.out
    refused = openwork("prove", trained, "--program", "own")
    assert refused.code == 2 and "openwork decompile RUN" in refused.err
    assert openwork("prove", trained, "--program", str(tmp_path / "none.py")).code == 2
    (tmp_path / "task.py").write_text("def z(a):\n    return a\n")
    elsewhere = openwork("prove", trained, "--program", str(tmp_path / "task.py"))
    assert elsewhere.code == 2 and "does not compute the output" in elsewhere.err
    sets = openwork("prove", trained, "--by-sets", "--mean", "blocks.0.attn", "--program", str(right))
    assert sets.code == 2 and "a program's answers are not known over sets of inputs" in sets.err
