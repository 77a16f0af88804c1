"""From a spec to the content."""

from typing import Any

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import SchemaChangeSpec
from schemachange_operator.core.sources import CONTENT_LIMIT, ONLY_STEP, config_maps_named, resolve

FROM_MAP = {"sqlFrom": {"name": "sql", "key": "up.sql"}}
NOT_NEEDED = {"notNeeded": "because"}


def spec(migration: dict[str, Any], **more: Any) -> SchemaChangeSpec:
    return SchemaChangeSpec.model_validate({"database": {"name": "orders"}, "migration": migration, **more})


def test_a_change_of_one_step() -> None:
    content, problems = resolve(spec({"sql": "SELECT 1"}, rollback={"sql": "SELECT 2"}), {})
    assert problems == ()
    assert content is not None
    assert (content.steps[0].name, content.steps[0].sql, content.steps[0].undo.sql) == (ONLY_STEP, "SELECT 1", "SELECT 2")


def test_only_a_quarantine_has_no_rollback_of_its_own() -> None:
    away = {"name": "away", "quarantine": {"table": "orders", "column": "note"}}
    content, problems = resolve(spec({"steps": [away]}), {})
    assert problems == () and content is not None and content.steps[0].quarantine is not None
    content, problems = resolve(spec({"steps": [{"name": "add", "sql": "SELECT 1"}]}), {})
    assert (content, [one.field for one in problems]) == (None, ["spec.migration.steps[add].rollback"])


def test_steps_with_sql_from_config_maps() -> None:
    steps = [
        {"name": "add", **FROM_MAP, "rollback": {"sqlFrom": {"name": "sql", "key": "down.sql"}}},
        {"name": "fill", "backfill": {"table": "t", "set": {"a": "1"}}, "rollback": NOT_NEEDED},
        {"name": "drop", "sql": "DROP TABLE t", "rollback": {"irreversible": {"reason": "gone"}}},
    ]
    wanted = spec({"steps": steps})
    assert config_maps_named(wanted) == {"sql"}
    content, problems = resolve(wanted, {"sql": {"up.sql": "UP", "down.sql": "DOWN"}})
    assert problems == ()
    assert content is not None
    assert [step.sql for step in content.steps] == ["UP", None, "DROP TABLE t"]
    assert [step.undo.sql for step in content.steps] == ["DOWN", None, None]
    assert content.steps[1].undo.not_needed == "because"
    assert content.steps[2].undo.irreversible == "gone"


def test_every_source_that_is_missing_is_named() -> None:
    wanted = spec(FROM_MAP, rollback={"sqlFrom": {"name": "other", "key": "down.sql"}})
    content, problems = resolve(wanted, {"sql": {"down.sql": ""}, "other": None})
    assert content is None
    assert [(p.reason, p.field) for p in problems] == [
        (Reason.SOURCE_NOT_FOUND, "spec.migration.sqlFrom"),
        (Reason.SOURCE_NOT_FOUND, "spec.rollback.sqlFrom"),
    ]
    assert "has no key up.sql" in problems[0].message
    assert "no ConfigMap other" in problems[1].message


def test_what_does_not_fit_into_one_config_map_is_told_at_once() -> None:
    content, problems = resolve(spec(FROM_MAP, rollback=NOT_NEEDED), {"sql": {"up.sql": "x" * CONTENT_LIMIT}})
    assert content is None
    assert "split it" in problems[0].message
