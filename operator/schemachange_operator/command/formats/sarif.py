"""SARIF 2.1.0, which code hosts and editors read."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from schemachange_operator import __version__
from schemachange_operator.command.report import PlanReport, ReportedFinding
from schemachange_operator.core.finding import Severity
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.page import page_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL: dict[Severity, str] = {"Block": "error", "Approve": "warning", "Warn": "note", "Note": "none", "Off": "none"}


def sarif(report: PlanReport) -> str:
    """One run with all findings."""
    rules = sorted({finding.rule for finding in report.findings})
    failures = [one.failure for one in report.plans if one.failure]
    run = {
        "tool": {"driver": {"name": "schg", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not failures,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": text}} for text in failures],
            }
        ],
        "results": [_result(finding, rules.index(finding.rule)) for finding in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    """With its page, relative to this product's repository; a link with a host (helpUri) would be somebody's own copy."""
    page = page_of(rule)
    if not page:
        return {"id": rule}
    known = next(one.rule for one in known_rules() if one.rule.id == rule)
    return {
        "id": rule,
        "shortDescription": {"text": f"{known.finds}."},
        "help": {"text": f"{known.recipe} See {page}.", "markdown": f"{known.recipe} See [{rule}]({page})."},
        "properties": {"page": page},
    }


def _result(finding: ReportedFinding, rule: int) -> dict[str, Any]:
    place = finding.place
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": LEVEL[finding.severity],
        "message": {"text": " ".join(filter(None, (finding.message, finding.recipe)))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(place.file)},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
    }


def _uri(file: str) -> str:
    """Relative where it can be: code hosts match it with the repository's files."""
    path = Path(file)
    if not path.is_absolute():
        return quote(path.as_posix())
    return quote(path.relative_to(Path.cwd()).as_posix()) if path.is_relative_to(Path.cwd()) else path.as_uri()
