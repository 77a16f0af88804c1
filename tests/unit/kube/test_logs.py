"""What is read from logs, and what is not believed."""

import io
import json
from pathlib import Path

import pytest

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.digest import text_digest
from schemachange_operator.core.task import RunReport
from schemachange_operator.kube import logs
from schemachange_operator.runner.output import REPORT_LIMIT, Output, write_report

TEXT = "ein Plan: " + "ä" * 20_000


def written(text: str = TEXT) -> str:
    stream = io.StringIO()
    output = Output(stream)
    output.event("begun")
    output.document("plan", text)
    output.progress(Progress(done=1, total=10, text="1 of 10"))
    output.progress(Progress(done=2, total=10, text="2 of 10"))
    return stream.getvalue()


def test_a_document_comes_back_as_it_was() -> None:
    assert logs.document("a line of another program\n[1, 2]\n" + written(), "plan", text_digest(TEXT)) == TEXT


def test_a_document_with_a_part_missing() -> None:
    lines = written().splitlines()
    del lines[2]
    with pytest.raises(logs.DocumentLost, match="2 of 3 parts"):
        logs.document("\n".join(lines), "plan", text_digest(TEXT))


def test_a_document_that_somebody_changed() -> None:
    with pytest.raises(logs.DocumentLost, match="the report says"):
        logs.document(written("another"), "plan", text_digest(TEXT))


def test_no_document() -> None:
    with pytest.raises(logs.DocumentLost, match="no parts"):
        logs.document("", "plan", text_digest(TEXT))


def test_the_last_progress_counts() -> None:
    progress = logs.last_progress(written())
    assert progress is not None
    assert progress.text == "2 of 10"
    assert logs.last_progress("nothing") is None
    assert logs.last_progress(json.dumps({"progress": {"done": "many"}})) is None


def test_all_notices_come_back() -> None:
    stream = io.StringIO()
    output = Output(stream)
    for number in range(3):
        output.notice(Reason.WORTH_KNOWING, f"number {number}", "add")
    output.progress(Progress(text="1 of 10"))
    read = logs.notices("no JSON\n" + json.dumps({"notice": {"reason": 7}}) + "\n" + stream.getvalue())
    assert read == output.notices()
    assert [(one.message, one.step) for one in read] == [(f"number {number}", "add") for number in range(3)]


def test_a_report_keeps_the_last_notices_that_it_has_room_for(tmp_path: Path) -> None:
    output = Output(io.StringIO())
    for number in range(40):
        output.notice(Reason.BLOCKER_ENDED, f"{number} " + "ä" * 1000)
    report = RunReport(outcome="Done", reason="StepDone", message="ö" * 5000, notices=output.notices())
    write_report(report, tmp_path / "report")
    text = (tmp_path / "report").read_bytes()
    kept = RunReport.model_validate_json(text).notices
    assert len(text) <= REPORT_LIMIT and kept and kept == output.notices()[-len(kept) :]


def test_the_end_of_a_log_is_bounded() -> None:
    text = "\n".join(f"line {number} " + "ö" * 100 for number in range(1000))
    tail = logs.tail(text)
    assert tail.endswith("ö" * 100)
    assert "line 999" in tail
    assert len(tail.encode()) <= logs.TAIL_BYTES
    assert len(logs.tail("x\n" * 100).splitlines()) == logs.TAIL_LINES
