from __future__ import annotations

import base64
import json
import zlib

import numpy as np
from safetensors.numpy import load

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.errors import UNSEEN, visible
from openwork.models import initial_stack, spec_for
from openwork.page import embedded, payload
from openwork.tasks.palindrome import Palindrome
from openwork.training import named_experiment

HOSTILE = "</script><!--<script>\u2028&amp;"


def whole() -> Subject:
    notebook = named_experiment("notebook")
    return Subject.of(NativeEngine(1), initial_stack(notebook.spec, [0]), notebook.task)


def columns(domain) -> np.ndarray:
    raw = zlib.decompress(base64.b64decode(domain["columns"]))
    return np.frombuffer(raw, f"<u{domain['bytes']}").reshape(-1, domain["rows"])


def test_weights_are_a_safetensors_file_of_one_model():
    subject = whole()
    weights = load(base64.b64decode(payload(subject)["weights"]))
    assert {name: array.shape for name, array in weights.items()} == {
        name: array.shape[1:] for name, array in subject.stack.named().items()
    }
    assert all(np.array_equal(weights[name], array[0]) for name, array in subject.stack.named().items())


def test_every_question_travels_in_a_few_kilobytes():
    subject = whole()
    held = payload(subject)
    domain, inputs = held["domain"], subject.inputs
    assert (domain["size"], domain["rows"], domain["whole"]) == (65_536, 65_536, True)
    questions = subject.task.questions(inputs.index)
    assert np.array_equal(columns(domain).T, np.concatenate([inputs.tokens, inputs.answers, questions], axis=1))
    assert len(embedded(held)) < 30_000


def test_some_questions_keep_their_numbers():
    subject = whole()
    some = subject.on(subject.inputs.take(np.array([7, 5, 70])))
    domain = payload(some)["domain"]
    assert (domain["size"], domain["rows"], domain["whole"]) == (65_536, 3, False)
    raw = zlib.decompress(base64.b64decode(domain["index"]))
    assert raw == b"7,5,70"


def test_of_drawn_questions_the_page_holds_what_fits(monkeypatch):
    task = Palindrome(3, 40)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(NativeEngine(1), initial_stack(spec, [0]), task, Inputs(3000))
    whole = payload(subject)["domain"]
    assert (whole["rows"], whole["measured"], whole["whole"]) == (3000, 3000, False)
    monkeypatch.setitem(payload.__globals__, "MOST_TEXT", len(whole["columns"]) // 3)
    some = payload(subject)["domain"]
    assert (some["rows"], some["measured"], some["whole"]) == (750, 3000, False)
    index = zlib.decompress(base64.b64decode(some["index"])).decode().split(",")
    places = {str(number): row for row, number in enumerate(subject.inputs.index.tolist())}
    rows = [places[number] for number in index]
    assert rows == sorted(rows)
    held = np.concatenate([subject.inputs.tokens, subject.inputs.answers, task.questions(subject.inputs.index)], axis=1)
    assert np.array_equal(columns(some).T, held[rows])


def test_embedded_json_is_data_whatever_is_in_it():
    text, seen = embedded({HOSTILE: [HOSTILE]}), visible(HOSTILE)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {seen: [seen]} and seen.startswith("</script><!--<script>")


def test_no_text_in_embedded_json_controls_what_shows_it():
    control = "\x1b]0;title\x07 \x9b31m \u202egnp\u2066"
    found = json.loads(embedded({"id": control, "cases": [{"label": control, "value": 0.5}], "open": (control,)}))
    seen = visible(control)
    assert not UNSEEN.search(seen)
    assert found == {"id": seen, "cases": [{"label": seen, "value": 0.5}], "open": [seen]}
