"""The JSON is what its published schema says: checked by a reader of the schema that knows every word in it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from schemachange_operator.command.main import main
from schemachange_operator.command.places import Place
from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from unit.command.samples import GOOD, MANIFEST
from unit.page.samples import currency, destructive

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "reference" / "plan.schema.json").read_text())
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float),
    "null": (type(None),),
}  # fmt: skip
WORDS = frozenset({"title", "description", "default", "$schema", "$defs"})
"""Words of a schema that say nothing of what is allowed."""


def faults(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:  # noqa: C901  # one branch a word
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    found = []
    for word, wanted in schema.items():
        if word == "type":
            right = isinstance(value, TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
            found += [] if right else [f"{path} is not {wanted}"]
        elif word == "enum":
            found += [] if value in wanted else [f"{path} is none of {wanted}"]
        elif word == "anyOf":
            found += [] if any(not faults(value, one, path) for one in wanted) else [f"{path} fits nothing"]
        elif word == "required":
            found += [f"{path}.{name} is missing" for name in wanted if isinstance(value, dict) and name not in value]
        elif word == "properties" and isinstance(value, dict):
            found += [one for name in value.keys() & wanted for one in faults(value[name], wanted[name], f"{path}.{name}")]
        elif word == "items" and isinstance(value, list):
            found += [one for at, item in enumerate(value) for one in faults(item, wanted, f"{path}[{at}]")]
        elif word == "additionalProperties" and isinstance(wanted, dict) and isinstance(value, dict):
            extra = value.keys() - schema.get("properties", {}).keys()
            found += [one for name in extra for one in faults(value[name], wanted, f"{path}.{name}")]
        elif word not in WORDS | {"properties", "items", "additionalProperties"}:
            found.append(f"the schema says {word}, which nobody checks")
    return found


def unknown(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Members of the JSON that the schema does not name."""
    if "$ref" in schema:
        return unknown(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        return next((unknown(value, one, path) for one in schema["anyOf"] if not faults(value, one)), [path])
    if isinstance(value, list):
        return [one for item in value for one in unknown(item, schema.get("items", {}), f"{path}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    here = [f"{path}.{name}" for name in value.keys() - known.keys()]
    return here + [one for name in value.keys() & known for one in unknown(value[name], known[name], f"{path}.{name}")]


def everything() -> PlanReport:
    """A report with every member that a plan can have."""
    plans = tuple(
        PlanOfChange(change=name, file="a.sql", after=("x",), plan=plan)
        for name, plan in (("currency", currency()), ("destructive", destructive()))
    )
    found = [
        ReportedFinding(**one.model_dump(), change="currency", place=Place(file="a.sql")) for one in currency().findings
    ]
    return PlanReport(plans=plans, findings=tuple(found))


def test_a_report_with_everything_fits_the_schema() -> None:
    report = json.loads(everything().text())
    assert faults(report, SCHEMA) == []
    assert unknown(report, SCHEMA) == []


@pytest.mark.parametrize("text", [GOOD, MANIFEST], ids=["good", "unreadable"])
def test_what_is_printed_fits_the_schema(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("change.yaml").write_text(text)
    main(["plan", "change.yaml", "--output", "json"])
    report = json.loads(capsys.readouterr().out)
    assert faults(report, SCHEMA) == [] and unknown(report, SCHEMA) == []
    assert report["findings"] and all(one["rule"] and one["severity"] for one in report["findings"])


def test_the_check_finds_what_is_wrong() -> None:
    right = json.loads(everything().text())
    for path in (
        ("plans", 0, "change"),
        ("findings", 0, "rule"),
        ("findings", 0, "severity"),
        ("plans", 0, "plan", "steps"),
    ):
        wrong = copy.deepcopy(right)
        holder: Any = wrong
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = 5
        assert faults(wrong, SCHEMA)
        del holder[path[-1]]
        assert faults(wrong, SCHEMA)
    right["findings"][0]["surprise"] = 1
    assert unknown(right, SCHEMA) == [".findings[].surprise"]
