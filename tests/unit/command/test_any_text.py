"""Any text as a file: every format says something of it, nothing falls over, and nothing breaks out of where it stands."""

import json
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from schemachange_operator.command.main import FORMATS, main
from schemachange_operator.command.reading import read_sources
from unit.page.reading import seen
from unit.page.test_any_text import NASTY
from unit.rules.test_any_text import mutated

SOUP = some.text(alphabet="ab;|\\`<>'\"$-/*()[]\n\r\t\x1b\u202e.,1:{}&%#", max_size=60)
NAMES = tuple(one for one in NASTY if "\0" not in one and one.strip())


def look(folder: Path, capsys: pytest.CaptureFixture[str], file: str, text: str) -> None:
    (folder / file).write_text(text, newline="")
    read_sources([folder / file])
    for name in FORMATS:
        code = main(["plan", str(folder / file), "--output", name])
        printed = capsys.readouterr()
        assert code in {0, 1, 2}, printed.err
        assert not [one for one in printed.err if unicodedata.category(one) in {"Cc", "Cf"} and one != "\n"]
        check(name, printed.out)


def check(name: str, printed: str) -> None:
    if name in {"json", "sarif"}:
        assert json.loads(printed)
        return
    assert not [one for one in printed if unicodedata.category(one) in {"Cc", "Cf"} and one not in "\n\t"]
    if name == "github":
        assert all(line.startswith("::") for line in printed.splitlines())
        return
    page = seen(printed)
    assert page.headings and not page.html and not page.links
    assert all(len({len(row) for row in table}) == 1 for table in page.tables)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.lists(mutated() | SOUP | some.sampled_from(NAMES), min_size=1, max_size=4))
@example(["\ufeffSELECT 1"])
@example(["BEGIN"])
@example(['ALTER TABLE "a|b`c\n<script>" ADD COLUMN "x\x1b[31m|" int; DROP TABLE "](http://x)"'])
def test_any_plain_sql(tmp_path: Path, capsys: pytest.CaptureFixture[str], texts: list[str]) -> None:
    look(tmp_path, capsys, "x.sql", ";\n".join(texts))


@pytest.mark.parametrize("name", NAMES)
def test_any_words_in_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    steps = [
        {"name": "one", "sql": f"SELECT 1 -- {name}", "rollback": {"notNeeded": name}},
        {"name": "two", "sql": "DROP TABLE t", "rollback": {"irreversible": {"reason": name}}},
    ]
    spec = {"database": {"name": "d"}, "why": name, "author": name, "links": {name: name}, "migration": {"steps": steps}}
    change = {"kind": "SchemaChange", "metadata": {"name": name}, "spec": spec}
    look(tmp_path, capsys, "x.yaml", yaml.safe_dump(change))
