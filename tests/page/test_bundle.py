from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import pytest

from openwork.page import BundleError, bundled, script_hash
from openwork.page import bundle as bundling
from openwork.page.bundle import read_module

ROOT = files("openwork.page") / "live"


def given(monkeypatch, **modules):
    """Other modules in place of those of the page."""
    texts = {f"{name.replace('_', '/')}.js": text for name, text in modules.items()}
    monkeypatch.setattr(bundling, "_text", texts.__getitem__)
    bundled.cache_clear()


@pytest.fixture(autouse=True)
def forget():
    yield
    bundled.cache_clear()


def test_every_module_stands_once_behind_all_that_it_imports():
    script = bundled("worker/serve.js")
    order = re.findall(r"^// (\S+\.js)$", script, re.MULTILINE)
    assert order[-1] == "worker/serve.js"
    assert len(order) == len(set(order)) > 20
    for place, path in enumerate(order):
        for needed, _ in read_module(path, (ROOT / path).read_text(encoding="utf-8")).imports:
            assert order.index(needed) < place


def test_imports_and_exports_become_plain_script(monkeypatch):
    given(
        monkeypatch,
        main='import {\n  one,\n  two as zwei,\n} from "./part/a.js";\nexport const sum = one() + zwei;\n',
        part_a='import { three } from "../b.js";\nexport function one() {}\nexport class two {}\nconst own = three;\n',
        b="export const three = 3;\nexport async function* later() {}\n",
    )
    script = bundled("main.js", as_global="all")
    assert "const { one, two: zwei } = module1;" in script
    assert "const { three } = module0;" in script
    assert "return { one, two };" in script and "return { three, later };" in script
    assert "globalThis.all = { ...module2 };" in script
    assert not re.search(r"\b(import|export)\b", script)


@pytest.mark.parametrize(
    "text",
    [
        'import whole from "./b.js";',
        'import * as b from "./b.js";',
        'import { a } from "https://example.org/b.js";',
        'import { a } from "b";',
        "export default 1;",
        "export let later = 1;",
        'export { a } from "./b.js";',
        'const b = import("./b.js");',
        "const here = import.meta.url;",
    ],
)
def test_what_cannot_be_inlined_is_refused(text):
    with pytest.raises(BundleError, match=r"main\.js cannot be inlined"):
        read_module("main.js", text)


def test_modules_in_a_circle_are_refused(monkeypatch):
    given(monkeypatch, a='import { b } from "./b.js";\nexport const a = b;', b='import { a } from "./a.js";')
    with pytest.raises(BundleError, match=r"a\.js, b\.js, a\.js"):
        bundled("a.js")


def test_a_missing_module_is_named():
    with pytest.raises(BundleError, match=r"nowhere\.js"):
        bundled("nowhere.js")


def test_no_script_can_end_its_element_and_its_hash_is_that_of_its_bytes():
    script = bundled("worker/serve.js", "worker/client.js")
    assert "</script" not in script.lower() and "<!--" not in script
    digest = hashlib.sha256(script.encode()).digest()
    assert base64.b64decode(script_hash(script).removeprefix("sha256-")) == digest
