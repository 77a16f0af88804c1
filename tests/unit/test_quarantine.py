"""What is written for a quarantine: names, the SQL there and back, and the rights, each as it was."""

import pytest

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.quarantine import as_frozen, destroyed, in_full, quarantined, renames_alone, written_steps
from schemachange_operator.core.rights import give, read_rights, take
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.sequences.offering import offered
from schemachange_operator.core.snapshot import Snapshot
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.core.sql.statement import read_statements

SNAPSHOT: Snapshot = {
    "table": {
        "public.orders": {"owner": "app", "acl": "app=arwdDxt/app web=r/app"},
        "sales.orders": {"owner": "app", "acl": 'app=arwdDxt/app =r/app "Night Batch"=aw*d*/app'},
        "sales.orders_2025": {"owner": "app", "acl": "web=d/app", "uses": "sales.orders", "partition_bound": "DEFAULT"},
    },
    "column": {
        "public.orders.note": {"of": "public.orders", "acl": "web=rw/app =r/app"},
        "public.orders.id": {"of": "public.orders", "acl": "other=r/app"},
        "sales.orders.Unit Price": {"of": "sales.orders"},
    },
}


def content(**what: str) -> Content:
    return Content.model_validate({"steps": [{"name": "away", "quarantine": what, "undo": {}}]})


WRITTEN: tuple[tuple[dict[str, str], str, str], ...] = (
    (
        {"table": "orders", "column": "note"},
        "REVOKE ALL (note) ON TABLE public.orders FROM web, PUBLIC;\n"
        "ALTER TABLE public.orders RENAME COLUMN note TO quarantined_note;\n",
        "ALTER TABLE public.orders RENAME COLUMN quarantined_note TO note;\n"
        "GRANT SELECT (note), UPDATE (note) ON TABLE public.orders TO web;\n"
        "GRANT SELECT (note) ON TABLE public.orders TO PUBLIC;\n",
    ),
    (
        {"table": "sales.orders", "column": '"Unit Price"'},
        'ALTER TABLE sales.orders RENAME COLUMN "Unit Price" TO "quarantined_Unit Price";\n',
        'ALTER TABLE sales.orders RENAME COLUMN "quarantined_Unit Price" TO "Unit Price";\n',
    ),
    (
        {"table": "sales.orders"},
        'REVOKE ALL ON TABLE sales.orders FROM PUBLIC, "Night Batch";\n'
        "REVOKE ALL ON TABLE sales.orders_2025 FROM web;\n"
        "ALTER TABLE sales.orders RENAME TO quarantined_orders;\n",
        "ALTER TABLE sales.quarantined_orders RENAME TO orders;\n"
        "GRANT SELECT ON TABLE sales.orders TO PUBLIC;\n"
        'GRANT INSERT ON TABLE sales.orders TO "Night Batch";\n'
        'GRANT UPDATE, DELETE ON TABLE sales.orders TO "Night Batch" WITH GRANT OPTION;\n'
        "GRANT DELETE ON TABLE sales.orders_2025 TO web;\n",
    ),
)


@pytest.mark.parametrize(("what", "there", "back"), WRITTEN)
def test_there_and_back(what: dict[str, str], there: str, back: str) -> None:
    (one,) = written_steps(content(**what), SNAPSHOT, ("public", "sales"))
    assert (one.sql, one.undo) == (there, back)
    (step,) = in_full(content(**what), [one]).steps
    assert (step.sql, step.undo.sql, step.quarantine is not None) == (there, back, True)
    assert as_frozen(in_full(content(**what), [one])).digest() == content(**what).digest()
    # Neither way counts as destroying anything.
    assert not any(statement.destructive for text in (there, back) for statement in read_statements(text))


def test_without_a_catalog_the_rename_is_known() -> None:
    (one,) = renames_alone(content(table="orders", column="note"))
    assert one.sql == "ALTER TABLE orders RENAME COLUMN note TO quarantined_note;\n"


@pytest.mark.parametrize("what", [{"table": "nowhere"}, {"table": "orders", "column": "nothing"}, {"table": "sales.note"}])
def test_what_is_not_there_is_refused(what: dict[str, str]) -> None:
    with pytest.raises(Stop, match="before the change"):
        written_steps(content(**what), SNAPSHOT, ("public",))


def test_a_long_name_is_cut_and_stays_apart_from_others() -> None:
    one, other = quarantined("ä" * 31 + "a"), quarantined("ä" * 31 + "b")
    assert len(one.encode()) <= 63 and len(other.encode()) <= 63
    assert one != other
    assert quarantined("a" * 51) == "quarantined_" + "a" * 51


def test_rights_are_read_with_names_in_quotes() -> None:
    rights = list(read_rights('"a ""b"" =c"=r*w/app "x/y"=D/"o w"', "public.t", "app"))
    assert [(one.role, one.grantor, one.privileges, one.grantable) for one in rights] == [
        ('a "b" =c', "app", ("UPDATE",), False),
        ('a "b" =c', "app", ("SELECT",), True),
        ("x/y", "o w", ("TRUNCATE",), False),
    ]
    assert take(rights) == ('REVOKE ALL ON TABLE public.t FROM "a ""b"" =c", "x/y"',)
    assert give(rights)[-1] == 'GRANT TRUNCATE ON TABLE public.t TO "x/y"'


DESTROYED = (
    ("orders", "quarantined_note", "ALTER TABLE orders DROP COLUMN quarantined_note", True),
    ("orders", "quarantined_note", 'ALTER TABLE public.orders DROP "quarantined_note"', True),
    ("orders", "quarantined_note", "ALTER TABLE customers DROP COLUMN quarantined_note", False),
    ("orders", "quarantined_note", "ALTER TABLE orders DROP COLUMN note", False),
    ("quarantined_orders", "", "DROP TABLE quarantined_orders", True),
    ("quarantined_orders", "", "TRUNCATE quarantined_orders", True),
    ("quarantined_orders", "", "DROP TABLE orders", False),
)


@pytest.mark.parametrize(("table", "column", "statement", "expected"), DESTROYED)
def test_what_destroys_it(table: str, column: str, statement: str, expected: bool) -> None:
    (one,) = read_statements(statement)
    assert destroyed(table, column, one) is expected


@pytest.mark.parametrize("what", [{"table": "a b"}, {"table": "orders", "column": "a.b"}, {"table": "t", "column": "a; b"}])
def test_what_is_no_name_is_refused(what: dict[str, str]) -> None:
    assert check_content(content(**what))


@pytest.mark.parametrize(("compatibility", "blocked"), [("Expand", {"compatibility-removes"}), ("Contract", set())])
def test_it_is_a_contract_and_not_a_break(compatibility: str, blocked: set[str]) -> None:
    change = content(table="orders", column="note")
    whole = in_full(change, renames_alone(change))
    found = findings(whole, CatalogFacts(), compatibility=compatibility)
    assert {one.rule for one in found if one.severity == "Block"} == blocked
    (told,) = (one for one in found if one.rule == "rename-column")
    assert "rollback brings it back" in told.recipe
    assert offered(whole, CatalogFacts(), found) == ()


def test_what_is_in_quarantine_is_not_offered_it_again() -> None:
    for text in ("ALTER TABLE orders DROP COLUMN quarantined_note", "DROP TABLE quarantined_orders"):
        drop = Content.model_validate({"steps": [{"name": "drop", "sql": text, "undo": {"irreversible": "x"}}]})
        found = findings(drop, CatalogFacts())
        assert {"drop-column", "drop-table"} & {one.rule for one in found}
        assert offered(drop, CatalogFacts(), found) == ()


BACK = ("ALTER TABLE orders RENAME COLUMN quarantined_note TO note", "ALTER TABLE quarantined_orders RENAME TO orders")


@pytest.mark.parametrize("statement", BACK)
def test_the_way_back_breaks_nobody(statement: str) -> None:
    back = Content.model_validate({"steps": [{"name": "back", "sql": statement, "undo": {"notNeeded": "x"}}]})
    assert {one.rule for one in findings(back, CatalogFacts(), compatibility="Expand")} == set()
    other = statement.replace("quarantined_note", "quarantined_other").replace("quarantined_orders", "quarantined_customers")
    change = Content.model_validate({"steps": [{"name": "back", "sql": other, "undo": {"notNeeded": "x"}}]})
    assert {one.rule for one in findings(change, CatalogFacts(), compatibility="Expand")} >= {"compatibility-breaks"}
