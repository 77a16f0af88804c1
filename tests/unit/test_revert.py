"""What undoes a completed change is made out of its own rollbacks; and what is undone again is the change itself."""

from typing import Any

import pytest

from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.content import Content
from schemachange_operator.core.last_in_first_out import Completed, in_the_way, resting_on
from schemachange_operator.core.plan import Difference
from schemachange_operator.core.revert import reverted, reverting
from schemachange_operator.core.sql.content_check import check_content
from unit.phases.simulation import CHANGE

COLUMN = {"name": "column", "sql": "ALTER TABLE t ADD c text", "undo": {"sql": "ALTER TABLE t DROP c"}}
FILL = {"name": "fill", "backfill": {"table": "t", "set": {"c": "'x'"}}, "undo": {"notNeeded": "goes with column"}}
CHECK = {
    "name": "check",
    "sql": "ALTER TABLE t ADD CONSTRAINT k CHECK (c <> '') NOT VALID -- later",
    "undo": {"sql": "ALTER TABLE t DROP CONSTRAINT k"},
}
VALIDATE = {"name": "validate", "sql": "ALTER TABLE t VALIDATE CONSTRAINT k;", "undo": {"notNeeded": "goes with check"}}
INDEX = {"name": "index", "sql": "CREATE INDEX CONCURRENTLY i ON t (c)", "undo": {"sql": "DROP INDEX CONCURRENTLY i"}}
BARE = {"name": "bare", "sql": "CREATE INDEX CONCURRENTLY j ON t (c)", "undo": {"notNeeded": "goes with check"}}
BEFORE = {"name": "extension", "sql": "CREATE EXTENSION citext", "undo": {"notNeeded": "others use it"}}
FINAL = {"name": "final", "sql": "ALTER TABLE t DROP d", "undo": {"irreversible": "it is gone."}}


def content(*steps: dict[str, Any]) -> Content:
    return Content.model_validate({"steps": steps})


def undoing(*steps: dict[str, Any]) -> Content:
    found, problems = reverted(content(*steps), "shop", "original")
    assert found is not None, problems
    assert check_content(found) == ()
    return found


CASES = {
    "one": ((CHECK,), ["undo-check"]),
    "in reverse": ((COLUMN, FILL, CHECK, VALIDATE, INDEX), ["undo-index", "undo-check", "undo-column"]),
    "what nobody undoes before it stays": ((BEFORE, CHECK), ["undo-check"]),
    "long names": (
        ({**CHECK, "name": "a" * 30}, {**INDEX, "name": "a" * 29 + "b"}),
        ["undo-" + "a" * 25, "undo-" + "a" * 23 + "-2"],
    ),
}


@pytest.mark.parametrize(("steps", "names"), CASES.values(), ids=CASES)
def test_steps_are_undone_in_reverse(steps: tuple[dict[str, Any], ...], names: list[str]) -> None:
    found = undoing(*steps)
    assert [step.name for step in found.steps] == names
    rollbacks = [step["undo"]["sql"] for step in reversed(steps) if "sql" in step["undo"]]
    assert [step.sql for step in found.steps] == rollbacks


def test_the_way_back_is_what_the_steps_did() -> None:
    check, index = undoing(CHECK, VALIDATE).steps[0], undoing(INDEX).steps[0]
    assert check.undo.sql == f"{CHECK['sql']}\n;\n{VALIDATE['sql']}"
    assert index.undo.sql == INDEX["sql"]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((COLUMN,), "undo-column destroys data"),
        ((CHECK, FILL), "fill is a backfill"),
        ((CHECK, BARE), "do not fit into one step"),
    ],
)
def test_where_a_rollback_of_the_revert_would_lie_it_is_irreversible(steps: tuple[dict[str, Any], ...], why: str) -> None:
    (step,) = undoing(*steps).steps
    assert step.undo.sql is None
    assert why in (step.undo.irreversible or "")


def test_undoing_the_revert_is_the_change_again_and_undoing_that_the_revert() -> None:
    original = content(BEFORE, COLUMN, FILL, CHECK, VALIDATE, INDEX)
    first, _ = reverted(original, "shop", "original")
    assert first is not None
    second, _ = reverted(first, "shop", "first")
    assert second is not None
    assert second.steps == original.steps[1:], "what nobody undid is not applied again"
    third, _ = reverted(second, "shop", "second")
    assert third is not None
    assert third.steps == first.steps
    assert third.reverts is not None
    assert (third.reverts.name, third.reverts.content_digest) == ("second", second.digest())


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((CHECK, FINAL), ("shop/original has step final, which cannot be undone (it is gone)", "restore from the backup")),
        ((BEFORE,), ("no step with a rollback", "migration of your own")),
    ],
)
def test_what_cannot_be_undone_names_the_step_and_the_way_out(
    steps: tuple[dict[str, Any], ...], words: tuple[str, ...]
) -> None:
    found, (problem,) = reverted(content(*steps), "shop", "original")
    assert found is None
    assert problem.reason == "RevertImpossible"
    for word in words:
        assert word in problem.message


def change(name: str, status: dict[str, Any] | None = None, **spec: Any) -> SchemaChange:
    members = {key: value for key, value in CHANGE["spec"].items() if key != "migration"}
    return SchemaChange.model_validate(
        {"metadata": {**CHANGE["metadata"], "name": name, "uid": name}, "spec": {**members, **spec}, "status": status or {}}
    )


REVERT = change("undo", revertOf={"name": "original"})
COMPLETED = {"phase": "Completed"}


@pytest.mark.parametrize(
    ("original", "reason", "words"),
    [
        (REVERT, "RevertRefused", "names the change itself"),
        (change("original", {"phase": "Aborted"}), "RevertRefused", "was aborted"),
        (change("original", COMPLETED, database={"name": "other"}), "RevertRefused", "shop/other"),
        (change("original", {**COMPLETED, "revertedBy": "another"}), "RevertRefused", "undone already by another"),
        (change("original", COMPLETED), "SourceNotFound", "apply its manifest as it was"),
    ],
)
def test_what_is_refused_before_anything_is_planned(original: SchemaChange, reason: str, words: str) -> None:
    found, (problem,) = reverting(REVERT, original, None)
    assert (found, problem.reason, problem.field) == (None, reason, "spec.revertOf")
    assert words in problem.message


@pytest.mark.parametrize("original", [None, change("original"), change("original", {"phase": "Applying"})])
def test_what_is_not_there_yet_is_waited_for(original: SchemaChange | None) -> None:
    assert reverting(REVERT, original, content(CHECK)) == (None, ())


@pytest.mark.parametrize("by", ["", "undo"])
def test_a_completed_change_is_undone_with_the_assertions_of_the_revert(by: str) -> None:
    revert = change("undo", revertOf={"name": "original"}, verify=[{"name": "gone", "sql": "SELECT true"}])
    found, problems = reverting(revert, change("original", {**COMPLETED, "revertedBy": by}), content(CHECK))
    assert problems == ()
    assert found is not None
    assert [one.name for one in found.verify] == ["gone"]


def done(name: str, *relations: str, reverts: str = "", columns: tuple[str, ...] = ()) -> Completed:
    return Completed(
        namespace="shop", name=name, relations=relations, reverts=("shop", reverts) if reverts else None,
        difference=tuple(Difference(kind="column", name=column, change="added") for column in columns),
    )  # fmt: skip


ORIGINAL = done("original", "public.t")


@pytest.mark.parametrize(
    ("later", "names"),
    [
        ([done("b", "public.u")], []),
        ([done("b", "public.t"), done("c", "public.t")], ["c", "b"]),
        ([done("b", "public.t"), done("undo-b", "public.t", reverts="b")], []),
        ([done("b", "public.t"), done("r", "public.t", reverts="b"), done("rr", "public.t", reverts="r")], ["b"]),
        ([done("r", "public.t", reverts="earlier")], ["r"]),
    ],
    ids=["elsewhere", "the last first", "undone", "undone and again", "undid something earlier"],
)
def test_last_in_first_out(later: list[Completed], names: list[str]) -> None:
    assert [one.name for one in resting_on(ORIGINAL, later)] == names


@pytest.mark.parametrize(
    ("columns", "blocks"),
    [(("public.t.d",), False), (("public.t.c",), True), (("public.t",), True), (("public.t.c.deep",), True), ((), True)],
)
def test_the_rehearsal_tells_whether_a_later_change_is_in_the_way(columns: tuple[str, ...], blocks: bool) -> None:
    undoing = [
        Difference(kind="column", name="public.t.c", change="removed"),
        Difference(kind="column", name="public.t.d", change="changed", attribute="rank", before="3", after="2"),
    ]
    assert bool(in_the_way([done("b", "public.t", columns=columns)], undoing)) is blocks
