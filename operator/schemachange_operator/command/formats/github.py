"""For GitHub Actions: workflow commands, which become annotations of the files."""

from schemachange_operator.command.report import PlanReport
from schemachange_operator.core.finding import Severity
from schemachange_operator.core.page.escaping import printable
from schemachange_operator.core.rules.page import page_of

COMMAND: dict[Severity, str] = {"Block": "error", "Approve": "warning", "Warn": "notice", "Note": "notice", "Off": "debug"}


def github(report: PlanReport) -> str:
    """One line for each finding and each failure."""
    lines = []
    for finding in report.findings:
        place = finding.place
        where = f"file={_property(place.file)},line={place.line},col={place.column},title={_property(finding.rule)}"
        page = page_of(finding.rule)
        recipe = (f" {finding.recipe}" if finding.recipe else "") + (f" See {page}." if page else "")
        lines.append(f"::{COMMAND[finding.severity]} {where}::{_text(finding.message + recipe)}")
    lines += [f"::error file={_property(one.file)}::{_text(one.failure)}" for one in report.plans if one.failure]
    return "".join(f"{line}\n" for line in lines)


def _text(text: str) -> str:
    return printable(text, keep="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
